// OpenSSL's names of our curves.
#pragma once

#include <optional>

#include "cms/recipient_info.h"

namespace signet::cms {

int curve_nid(Curve curve) noexcept;
/// None for a curve that is not ours.
std::optional<Curve> curve_from_nid(int nid) noexcept;

}  // namespace signet::cms
