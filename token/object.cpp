#include "token/object.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <iterator>

#include "token/error.h"
#include "token/text.h"

namespace signet::token {

namespace {

/// A search that is ended with this; one that is left open makes the session useless.
class Search {
  public:
    Search(const Session& session, ObjectClass object_class) : m_session(session) {
        auto value = static_cast<CK_OBJECT_CLASS>(object_class);
        CK_ATTRIBUTE attribute{CKA_CLASS, &value, sizeof value};
        check("C_FindObjectsInit", session.functions().C_FindObjectsInit(session.handle(), &attribute, 1));
    }
    ~Search() { m_session.functions().C_FindObjectsFinal(m_session.handle()); }
    Search(const Search&) = delete;
    Search& operator=(const Search&) = delete;

    /// The next objects; none at the end.
    std::span<const CK_OBJECT_HANDLE> next() {
        CK_ULONG count = 0;
        check("C_FindObjects", m_session.functions().C_FindObjects(m_session.handle(), m_found.data(),
                                                                   m_found.size(), &count));
        if (count > m_found.size())
            throw TokenError(protocol::DEVICE_FAILED, "C_FindObjects: more objects than asked for");
        return std::span(m_found).first(count);
    }

  private:
    const Session& m_session;
    std::array<CK_OBJECT_HANDLE, 64> m_found{};
};

/// Whether `answer` says that there is no use in asking for more of this object.
bool is_gone(Ckr answer) noexcept {
    return session_state(answer) != SessionState::usable || answer == Ckr::object_handle_invalid ||
           answer == Ckr::device_error || answer == Ckr::token_not_present ||
           answer == Ckr::cryptoki_not_initialized;
}

/// Whether with `answer` the attributes that have a length are given all the same (PKCS #11 2.40, section
/// 5.7, C_GetAttributeValue).
bool gives_the_rest(Ckr answer) noexcept {
    return answer == Ckr::attribute_sensitive || answer == Ckr::attribute_type_invalid ||
           answer == Ckr::buffer_too_small;
}

}  // namespace

std::vector<ObjectHandle> find_objects(const Session& session, ObjectClass object_class, std::size_t limit) {
    std::vector<ObjectHandle> objects;
    Search search(session, object_class);
    for (auto found = search.next(); !found.empty() && objects.size() < limit; found = search.next()) {
        for (const CK_OBJECT_HANDLE handle : found.first(std::min(found.size(), limit - objects.size())))
            objects.push_back(ObjectHandle{handle});
    }
    return objects;
}

Ckr AttributeReader::call(std::span<CK_ATTRIBUTE> wanted) {
    return Ckr{m_session.functions().C_GetAttributeValue(
        m_session.handle(), static_cast<CK_OBJECT_HANDLE>(m_object), wanted.data(), wanted.size())};
}

Ckr AttributeReader::ask(std::span<CK_ATTRIBUTE> wanted) {
    const Ckr answer = call(wanted);
    if (is_gone(answer))
        throw TokenError("C_GetAttributeValue", answer);
    return answer;
}

void AttributeReader::fetch(std::span<const Attribute> attributes) {
    m_fetched_count = std::min(attributes.size(), max_fetched);
    if (m_fetched_count == 0)
        return;
    // Numbers are written there as they are.
    const std::size_t room =
        m_fetched_values.size() / m_fetched_count / alignof(CK_ULONG) * alignof(CK_ULONG);
    const std::span wanted = std::span(m_fetched).first(m_fetched_count);
    for (std::size_t i = 0; i < wanted.size(); ++i)
        wanted[i] = {static_cast<CK_ATTRIBUTE_TYPE>(attributes[i]), m_fetched_values.data() + i * room, room};
    // An object may lack some of these, and modules have many answers to that: whether the token is gone is
    // told by what is asked for alone.
    const Ckr answer = call(wanted);
    // With an error, what is as long as its room may only be left as it was.
    const auto is_given = [&](const CK_ATTRIBUTE& attribute) {
        return answer == Ckr::ok ? attribute.ulValueLen <= room
                                 : gives_the_rest(answer) && attribute.ulValueLen < room;
    };
    const auto end = std::remove_if(wanted.begin(), wanted.end(), std::not_fn(is_given));
    m_fetched_count = static_cast<std::size_t>(end - wanted.begin());
}

const CK_ATTRIBUTE* AttributeReader::fetched(Attribute attribute) const noexcept {
    const auto end = m_fetched.begin() + static_cast<std::ptrdiff_t>(m_fetched_count);
    const auto found = std::find_if(m_fetched.begin(), end, [attribute](const CK_ATTRIBUTE& each) {
        return each.type == static_cast<CK_ATTRIBUTE_TYPE>(attribute);
    });
    return found == end ? nullptr : &*found;
}

std::optional<std::size_t> AttributeReader::read(Attribute attribute, void* target, std::size_t size) {
    if (const CK_ATTRIBUTE* known = fetched(attribute)) {
        if (known->ulValueLen > size)
            return std::nullopt;
        std::memcpy(target, known->pValue, known->ulValueLen);
        return known->ulValueLen;
    }
    // The buffer at once, without asking for the length: a length from a module decides no allocation.
    CK_ATTRIBUTE wanted{static_cast<CK_ATTRIBUTE_TYPE>(attribute), target, size};
    const Ckr answer = ask(std::span(&wanted, 1));
    // CK_UNAVAILABLE_INFORMATION, which some modules set and still answer CKR_OK, is above any size.
    if (answer != Ckr::ok || wanted.ulValueLen > size)
        return std::nullopt;
    return wanted.ulValueLen;
}

std::optional<std::span<const unsigned char>> AttributeReader::bytes(Attribute attribute, std::size_t limit) {
    const auto size = read(attribute, m_buffer.data(), std::min(limit, m_buffer.size()));
    if (!size)
        return std::nullopt;
    return m_buffer.first(*size);
}

std::optional<CK_ULONG> AttributeReader::number(Attribute attribute) {
    CK_ULONG value = 0;
    const auto size = read(attribute, &value, sizeof value);
    if (size != sizeof value)
        return std::nullopt;
    return value;
}

bool AttributeReader::flag(Attribute attribute) {
    CK_BBOOL value = CK_FALSE;
    const auto size = read(attribute, &value, sizeof value);
    return size == sizeof value && value != CK_FALSE;
}

std::string AttributeReader::text(Attribute attribute) {
    const auto value = bytes(attribute);
    return value ? padded_text(characters(*value)) : std::string();
}

std::string AttributeReader::copy(Attribute attribute) {
    const auto value = bytes(attribute);
    return value ? std::string(characters(*value)) : std::string();
}

}  // namespace signet::token
