// A message of the corpus with its layers taken off, mail or CMS alone.
#pragma once

#include <optional>
#include <vector>

#include "cms/signed_data_verifier.h"
#include "tests/conformance/material.h"

namespace signet::conformance {

struct Layers {
    /// The outermost first.
    std::vector<cms::SignedDataResult> signatures;
    std::size_t encrypted = 0;
    /// Encrypted layers that nobody opened, for want of a recipient.
    std::size_t unopened = 0;
    /// What is inside all of them.
    cms::Bytes content;
};

struct LayerOptions {
    cms::VerifyOptions verify;
    /// Null: encrypted layers are only parsed.
    const Recipient* recipient = nullptr;
    /// For detached SignedData that is no mail.
    std::optional<cms::Bytes> content;
};

/// Throws cms::Error, client::mail::Error or std::runtime_error for what is malformed or cannot be opened.
Layers take_off(const cms::Bytes& message, const LayerOptions& options);

}  // namespace signet::conformance
