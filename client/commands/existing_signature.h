// A signature in a file that gets more than it had.
#pragma once

#include <memory>
#include <string>

#include "client/spool.h"
#include "cms/signed_data_parts.h"

namespace signet::client::commands {

/// A SignedData of any size: its parts in memory, an attached content in a Spool. One thread at a time.
class ExistingSignature {
  public:
    /// Reads `path`, which may be `-`. Throws Error: 8 if it is no SignedData, naming `what_failed`; else as
    /// InputFile and Spool do.
    ExistingSignature(const std::string& path, const std::string& what_failed);

    [[nodiscard]] cms::SignedDataParts& parts() noexcept { return m_parts; }
    /// Null if the signature is detached.
    [[nodiscard]] const Spool* content() const noexcept { return m_content.get(); }
    /// All of it, as its parts are now, to `target`, which may be where it came from. DER, as far as the
    /// parts are. Throws Error as OutputStream does.
    void write(const std::string& target) const;

  private:
    cms::SignedDataParts m_parts;
    std::unique_ptr<Spool> m_content;
};

}  // namespace signet::client::commands
