// Scan: what is on the tokens.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "token/object.h"
#include "token/protocol/token.pb.h"
#include "token/worker_sessions.h"

namespace signet::token {

/// How many objects, and bytes of replies on them, may still be reported.
class ScanBudget {
  public:
    ScanBudget(std::size_t objects, std::size_t size) noexcept : m_objects(objects), m_size(size) {}
    [[nodiscard]] std::size_t objects() const noexcept { return m_objects; }
    /// Whether one more of `size` bytes may be.
    [[nodiscard]] bool allows(std::size_t size) const noexcept { return m_objects > 0 && size <= m_size; }
    /// Takes it, which is allowed.
    void take(std::size_t size) noexcept {
        --m_objects;
        m_size -= size;
    }

  private:
    std::size_t m_objects;
    std::size_t m_size;
};

/// Reports tokens with their certificates and keys, found through the function list. libp11's searches are
/// not used: one key of a type that it does not know, or one certificate that it cannot read, loses it the
/// whole token; it waits for ever when the token refuses a session; and its sessions come on top of ours.
class Scanner {
  public:
    /// Sends one reply that is not the last.
    using Report = std::function<void(protocol::Reply&)>;

    /// With `uninitialised`, tokens that are not initialised are reported, too: nothing is on them.
    Scanner(const CK_FUNCTION_LIST& functions, WorkerSessions& sessions, bool uninitialised, Report report);

    /// Every token, within the limits of datagram.h. One that fails, or is absent or not initialised, is left
    /// out and named in the log. Throws TokenError if the slots cannot be listed.
    void scan_all();
    /// One token. Throws TokenError; part of it may have been reported.
    void scan(SlotId slot);

  private:
    /// Fills a reply with one object; false if it is not to be reported.
    using Describe = std::function<bool(const Session&, ObjectHandle, protocol::Reply&)>;
    /// Whether all of them were.
    bool report_objects(SlotId slot, ObjectClass object_class, const Describe& describe);

    const CK_FUNCTION_LIST& m_functions;
    WorkerSessions& m_sessions;
    bool m_uninitialised;
    Report m_report;
    std::vector<unsigned char> m_buffer;
    /// For all tokens.
    ScanBudget m_left;
};

}  // namespace signet::token
