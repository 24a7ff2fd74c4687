#include "client/commands/attribute_arguments.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <string_view>
#include <utility>

#include "client/commands/commitment_types.h"
#include "client/hex.h"
#include "client/input_file.h"
#include "client/utf8.h"
#include "cms/attributes/mail_name.h"
#include "cms/object_identifier.h"

namespace signet::client::commands {

namespace {

namespace protocol = agent::protocol;

constexpr std::array<const char*, 12> names{
    "content-hint",    "content-identifier", "policy", "policy-uri",   "commitment", "capabilities",
    "request-receipt", "receipts-from",      "label",  "privacy-mark", "category",   "equivalent-label"};

class AttributeArguments {
  public:
    AttributeArguments(const CommandOptions& options, const ParsedArguments& parsed)
        : m_options(options), m_parsed(parsed) {}

    [[nodiscard]] protocol::SignedAttributes read() const {
        protocol::SignedAttributes wanted;
        if (m_parsed.has("content-hint"))
            wanted.mutable_content_hints()->set_description(text("content-hint"));
        wanted.set_content_identifier(m_parsed.text("content-identifier"));
        if (m_parsed.has("policy"))
            read_policy(*wanted.mutable_signature_policy());
        require(!m_parsed.has("policy-uri") || !wanted.signature_policy().policy().empty(),
                "--policy-uri goes with --policy OID:FILE");
        if (m_parsed.has("commitment"))
            wanted.set_commitment_type(commitment());
        wanted.set_capabilities(m_parsed.has("capabilities"));
        read_receipt_request(wanted);
        read_labels(wanted);
        return wanted;
    }

  private:
    void require(bool holds, const std::string& why) const {
        if (!holds)
            throw m_options.usage_error(why);
    }

    [[nodiscard]] std::string utf8(const std::string& value, const char* option) const {
        require(is_utf8(value), std::string("the text of --") + option + " is not UTF-8");
        return value;
    }
    [[nodiscard]] std::string text(const char* option) const { return utf8(m_parsed.text(option), option); }

    [[nodiscard]] std::string identifier(std::string_view value, const char* option) const {
        require(cms::is_object_identifier(value),
                std::string("--") + option + " takes an object identifier such as 1.3.6.1.4.1.99.1");
        return std::string(value);
    }

    void read_policy(protocol::SignaturePolicy& policy) const {
        const std::string value = m_parsed.text("policy");
        if (value == "implied")
            return;
        const auto colon = value.find(':');
        require(colon != std::string::npos, "--policy takes OID:FILE, or 'implied'");
        policy.set_policy(identifier(std::string_view(value).substr(0, colon), "policy"));
        policy.set_digest_algorithm(protocol::SHA256);
        InputFile document(policy_document(m_parsed));
        const cms::Bytes digest = document.digest(cms::DigestAlgorithm::sha256);
        policy.set_digest(digest.data(), digest.size());
        policy.set_uri(text("policy-uri"));
    }

    [[nodiscard]] std::string commitment() const {
        std::string value = m_parsed.text("commitment");
        if (auto known = commitment_from_name(value))
            return *std::move(known);
        require(cms::is_object_identifier(value),
                "no commitment '" + value +
                    "', only proof-of-origin, -receipt, -delivery, -sender, -approval and -creation, or an "
                    "object identifier");
        return value;
    }

    [[nodiscard]] std::string address(const std::string& value, const char* option) const {
        require(cms::is_mail_name(value) && value.find('@') != std::string::npos,
                std::string("--") + option + " takes mail addresses, and '" + value + "' is none");
        return value;
    }

    void read_receipt_request(protocol::SignedAttributes& wanted) const {
        const auto from = m_parsed.list("receipts-from");
        const auto to = m_parsed.list("request-receipt");
        require(from.empty() || !to.empty(), "--receipts-from goes with --request-receipt");
        if (to.empty())
            return;
        auto& request = *wanted.mutable_receipt_request();
        for (const std::string& one : to)
            request.add_to(address(one, "request-receipt"));
        if (from.size() == 1 && from.front() == "first-tier")
            request.set_from(protocol::FIRST_TIER);
        else if (!from.empty() && !(from.size() == 1 && from.front() == "all"))
            for (const std::string& one : from) {
                require(one.find('@') != std::string::npos,
                        "--receipts-from takes all, first-tier, or addresses");
                request.set_from(protocol::LISTED);
                request.add_listed(address(one, "receipts-from"));
            }
    }

    /// POLICY or POLICY/CLASSIFICATION.
    void read_label(const std::string& value, const char* option, protocol::SecurityLabel& label) const {
        const auto slash = value.find('/');
        label.set_policy(identifier(std::string_view(value).substr(0, slash), option));
        if (slash == std::string::npos)
            return;
        std::uint32_t number = 0;
        const char* const end = value.data() + value.size();
        const auto [rest, error] = std::from_chars(value.data() + slash + 1, end, number);
        require(error == std::errc{} && rest == end && number <= 256,
                std::string("the classification of --") + option + " is a number from 0 to 256");
        label.set_classification(number);
    }

    /// The category of TYPE that has texts, for one more; else a new one.
    static protocol::SecurityCategory& category_of_texts(protocol::SecurityLabel& label,
                                                         const std::string& type) {
        for (auto& known : *label.mutable_category())
            if (known.type() == type && known.value_size() > 0)
                return known;
        auto& added = *label.add_category();
        added.set_type(type);
        return added;
    }

    template <typename Number>
    [[nodiscard]] Number number(std::string_view text, const char* what) const {
        Number value{};
        const char* const end = text.data() + text.size();
        const auto [rest, error] = std::from_chars(text.data(), end, value);
        require(error == std::errc{} && rest == end, what);
        return value;
    }

    void read_bits(std::string_view list, protocol::SecurityCategory& category) const {
        constexpr char form[] = "bits of --category are numbers from 0 to 255 with commas between them";
        while (true) {
            const auto comma = list.find(',');
            const auto bit = number<std::uint32_t>(list.substr(0, comma), form);
            require(bit <= 255, form);
            category.add_bit(bit);
            if (comma == std::string_view::npos)
                return;
            list.remove_prefix(comma + 1);
        }
    }

    /// TYPE=TEXT or TYPE:FORM=VALUE; texts of one type are one category.
    void read_category(const std::string& argument, protocol::SecurityLabel& label) const {
        const auto equals = argument.find('=');
        require(equals != std::string::npos && equals + 1 < argument.size(),
                "--category takes TYPE=TEXT or TYPE:FORM=VALUE");
        const std::string_view head = std::string_view(argument).substr(0, equals);
        const std::string_view value = std::string_view(argument).substr(equals + 1);
        const auto colon = head.find(':');
        const std::string type = identifier(head.substr(0, colon), "category");
        const std::string_view form =
            colon == std::string_view::npos ? std::string_view("text") : head.substr(colon + 1);
        if (form == "text") {
            category_of_texts(label, type).add_value(utf8(std::string(value), "category"));
            return;
        }
        constexpr char whole[] = "an integer or enumerated of --category is a whole number of 64 bits";
        auto& category = *label.add_category();
        category.set_type(type);
        if (form == "integer") {
            category.set_integer(number<std::int64_t>(value, whole));
        } else if (form == "enumerated") {
            category.set_enumerated(number<std::int64_t>(value, whole));
        } else if (form == "bits") {
            read_bits(value, category);
        } else if (form == "der") {
            const auto der = from_hex(value);
            require(der && !der->empty(), "der of --category is hexadecimal digits, two a byte");
            category.set_der(der->data(), der->size());
        } else {
            throw m_options.usage_error("no form '" + std::string(form) +
                                        "' of --category, only text, integer, enumerated, bits and der");
        }
    }

    void read_labels(protocol::SignedAttributes& wanted) const {
        const auto equivalent = m_parsed.list("equivalent-label");
        const bool details = m_parsed.has("privacy-mark") || m_parsed.has("category") || !equivalent.empty();
        require(!details || m_parsed.has("label"),
                "--privacy-mark, --category and --equivalent-label go with --label");
        if (!m_parsed.has("label"))
            return;
        auto& label = *wanted.mutable_security_label();
        read_label(m_parsed.text("label"), "label", label);
        label.set_privacy_mark(text("privacy-mark"));
        for (const std::string& category : m_parsed.list("category"))
            read_category(category, label);
        std::set<std::string> policies{label.policy()};
        for (const std::string& other : equivalent) {
            auto& added = *wanted.add_equivalent_label();
            read_label(other, "equivalent-label", added);
            require(policies.insert(added.policy()).second,
                    "--label and each --equivalent-label are of another policy");
        }
    }

    const CommandOptions& m_options;
    const ParsedArguments& m_parsed;
};

}  // namespace

void add_attribute_options(CommandOptions& options) {
    options.value("content-hint", "TEXT", "say what the content is")
        .value("content-identifier", "TEXT", "name the content, for others to refer to")
        .value("policy", "OID:FILE", "sign under the policy in FILE, or 'implied' (CAdES-EPES)")
        .value("policy-uri", "URI", "where the policy is published")
        .value("commitment", "TYPE",
               "proof-of-origin, -receipt, -delivery, -sender, -approval, -creation, or an OID")
        .flag("capabilities", "say what signet decrypts")
        .values("request-receipt", "ADDRESS", "ask the readers for a signed receipt, sent there")
        .values("receipts-from", "WHOM", "all (default), first-tier, or the addresses of those asked")
        .value("label", "POLICY[/N]", "security label: OID of the policy, classification 0 to 256")
        .value("privacy-mark", "TEXT", "the label's privacy mark")
        .values("category", "TYPE[:FORM]=VALUE",
                "a category of the label, TYPE being its OID and FORM text (default), integer,\n"
                "enumerated, bits (0,3,7) or der (hexadecimal)")
        .values("equivalent-label", "POLICY[/N]", "the same label in the terms of another policy");
}

std::string policy_document(const ParsedArguments& parsed) {
    const std::string value = parsed.text("policy");
    const auto colon = value.find(':');
    return colon == std::string::npos ? "" : value.substr(colon + 1);
}

bool has_attribute_options(const ParsedArguments& parsed) {
    return std::any_of(names.begin(), names.end(), [&](const char* name) { return parsed.has(name); });
}

protocol::SignedAttributes requested_attributes(const CommandOptions& options,
                                                const ParsedArguments& parsed) {
    return AttributeArguments(options, parsed).read();
}

}  // namespace signet::client::commands
