// What a reader may see of labelled messages: clearance.toml (RFC 2634 section 3.3).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cms/labels.h"

namespace signet::client {

/// Bytes of the file.
inline constexpr std::size_t max_clearance_size = std::size_t{1} << 20;

/// The security policies that a reader is cleared for, and how far. Immutable; any thread.
class Clearance {
  public:
    /// Reads TOML; `name` is the file's, for errors. Throws Error(9) that names file and line.
    static Clearance parse(std::string_view toml, const std::string& name);
    /// The file `path`, else $XDG_CONFIG_HOME/signet/clearance.toml (default ~/.config), else
    /// /etc/signet/clearance.toml; none if `path` is empty and neither is there. Throws Error(9), also if a
    /// file is there but cannot be read.
    static std::optional<Clearance> load(const std::string& path);

    /// Why the reader may not see what is labelled so: one clause; empty if they may. A policy that is not in
    /// the file counts by the verified equivalent labels whose policies are, all of which must permit it; it
    /// refuses without one, and for a classification or a category that the policy does not name.
    [[nodiscard]] std::string refusal(const cms::MessageLabel& label) const;

    /// The label in the words of its policy: "Example Ltd: confidential, HR (privacy mark)".
    [[nodiscard]] std::string describe(const cms::SecurityLabel& label) const;

  private:
    struct Classification {
        std::uint32_t value;
        std::string name;
    };
    struct Category {
        std::string type;
        std::string name;
        std::vector<std::string> permitted;
        /// Of an INTEGER or ENUMERATED, and of a BIT STRING the bits.
        std::vector<std::int64_t> permitted_numbers;
        /// DER of whole values.
        std::vector<cms::Bytes> permitted_values;
    };
    struct Policy {
        std::string oid;
        std::string name;
        /// Whose equivalent labels of this policy count (RFC 2634 section 3.4.2); none: any signer's.
        std::optional<std::vector<std::string>> translators;
        /// The lowest first.
        std::vector<Classification> classifications;
        /// Which of them is the highest that the reader may see.
        std::size_t highest = 0;
        std::vector<Category> categories;
    };
    friend class ClearanceParser;

    [[nodiscard]] const Policy* find(const std::string& oid) const;
    [[nodiscard]] static std::string refusal(const Policy& policy, const cms::SecurityLabel& label);
    /// What `category` says that a reader who is permitted `known` must not see, if anything.
    [[nodiscard]] static std::optional<std::string> not_permitted(const Category& known,
                                                                  const cms::SecurityCategory& category);

    std::vector<Policy> m_policies;
};

/// A label for people without anybody's words for it: "1.2.3.4 classification 3, 1.2.3.5: HR (privacy mark)".
[[nodiscard]] std::string plain_label(const cms::SecurityLabel& label);

}  // namespace signet::client
