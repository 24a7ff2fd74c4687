// Attributes of an object that is to be made (PKCS#11 2.40, section 4.1).
#pragma once

#include <p11-kit/pkcs11.h>

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace signet::token {

/// Owns the values. Movable, not copyable: the attributes point to them.
class Template {
  public:
    Template() = default;
    ~Template() = default;
    Template(Template&&) noexcept = default;
    Template& operator=(Template&&) noexcept = default;
    Template(const Template&) = delete;
    Template& operator=(const Template&) = delete;

    // Each adds one attribute, whose value it copies, and gives the template back. Each throws
    // std::bad_alloc.

    /// A CK_BBOOL.
    Template& flag(CK_ATTRIBUTE_TYPE type, bool value) {
        const CK_BBOOL byte = value ? CK_TRUE : CK_FALSE;
        return bytes(type, {reinterpret_cast<const char*>(&byte), sizeof byte});
    }
    /// A CK_ULONG.
    Template& number(CK_ATTRIBUTE_TYPE type, CK_ULONG value) {
        return bytes(type, {reinterpret_cast<const char*>(&value), sizeof value});
    }
    /// Any other: text, DER, a big integer in network order.
    Template& bytes(CK_ATTRIBUTE_TYPE type, std::string_view value) {
        std::string& kept = m_values.emplace_back(value);
        m_attributes.push_back({type, kept.data(), kept.size()});
        return *this;
    }

    /// Good until the next change.
    [[nodiscard]] CK_ATTRIBUTE* data() noexcept { return m_attributes.data(); }
    [[nodiscard]] CK_ULONG size() const noexcept { return m_attributes.size(); }

  private:
    // A deque, whose elements stay where they are.
    std::deque<std::string> m_values;
    std::vector<CK_ATTRIBUTE> m_attributes;
};

}  // namespace signet::token
