// How a message of the corpus is decrypted: everything that depends on --legacy in one place.
#pragma once

#include <string>

#include "cms/bytes.h"
#include "tests/conformance/material.h"

namespace signet::conformance {

struct Opened {
    cms::Bytes content;
    std::string content_type;
};

/// The content of an EnvelopedData or AuthEnvelopedData for `recipient`. Throws cms::Error, also for a cipher
/// that anybody can break without `legacy`.
Opened open_enveloped(cms::BytesView message, const Recipient& recipient, bool legacy);

}  // namespace signet::conformance
