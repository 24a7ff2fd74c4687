// Which operation goes to signet-token next, and when.
#pragma once

#include "agent/fair_queue.h"

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace signet::agent {

/// How an operation may be sent.
enum class Company {
    any,
    /// No other operation may be outstanding: if the process ends, that is this one's doing, and costs no
    /// other anything. Scans and logins are not waited for: those of a person take minutes.
    none,
};

/// Operations that wait for room, clients taking turns. Those that go without company come first, and are
/// few. What is outstanding means operations alone. Not synchronised. T is moved.
template <typename T>
class OperationQueue {
  public:
    /// Whether an operation that comes now need not wait. It then has been sent.
    bool send_at_once(Company company, std::size_t outstanding, std::size_t room) {
        if (size() > 0 || m_one_goes_alone || outstanding >= (company == Company::none ? 1 : room))
            return false;
        m_one_goes_alone = company == Company::none;
        return true;
    }

    void push(ClientId client, Company company, T operation) {
        (company == Company::none ? m_alone : m_any).push(client, std::move(operation));
    }

    /// The one to send now, if there is one. To be called after each answer, with what is outstanding then.
    std::optional<T> next(std::size_t outstanding, std::size_t room) {
        if (outstanding == 0)
            m_one_goes_alone = false;
        if (m_one_goes_alone)
            return std::nullopt;
        if (m_alone.empty())
            return outstanding < room ? m_any.pop() : std::nullopt;
        if (outstanding > 0)
            return std::nullopt;
        m_one_goes_alone = true;
        return m_alone.pop();
    }

    /// Takes out all that `client` has waiting.
    std::vector<T> drop(ClientId client) {
        auto dropped = m_alone.drop(client);
        for (auto& operation : m_any.drop(client))
            dropped.push_back(std::move(operation));
        return dropped;
    }

    /// Takes out all that may have company: others have room for it.
    std::vector<T> take_any() {
        std::vector<T> all;
        while (auto operation = m_any.pop())
            all.push_back(std::move(*operation));
        return all;
    }

    /// Takes out everything: there is nobody to send it to.
    std::vector<T> clear() {
        m_one_goes_alone = false;
        std::vector<T> all;
        for (auto* queue : {&m_alone, &m_any}) {
            while (auto operation = queue->pop())
                all.push_back(std::move(*operation));
        }
        return all;
    }

    [[nodiscard]] std::size_t size() const noexcept { return m_alone.size() + m_any.size(); }

  private:
    FairQueue<T> m_any;
    FairQueue<T> m_alone;
    /// One that goes alone is outstanding.
    bool m_one_goes_alone = false;
};

}  // namespace signet::agent
