// Requests that wait for a token: first in, first out for each client, and clients take turns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace signet::agent {

/// Names one connection for as long as the agent runs; never used twice.
using ClientId = std::uint64_t;

/// A client with 256 items waiting delays another's one item by one turn, not by 256. Not synchronised.
template <typename T>
class FairQueue {
  public:
    void push(ClientId client, T item) {
        auto [place, is_new] = m_clients.try_emplace(client);
        if (is_new)
            place->second.turn = m_turns.insert(m_turns.end(), client);
        place->second.items.push_back(std::move(item));
        ++m_size;
    }

    /// The next item, of the client whose turn it is; none if nothing waits.
    std::optional<T> pop() {
        if (m_turns.empty())
            return std::nullopt;
        const auto place = m_clients.find(m_turns.front());
        auto& items = place->second.items;
        std::optional<T> item(std::move(items.front()));
        items.pop_front();
        --m_size;
        if (items.empty()) {
            m_turns.pop_front();
            m_clients.erase(place);
        } else {
            m_turns.splice(m_turns.end(), m_turns, m_turns.begin());
        }
        return item;
    }

    /// Takes out all that `client` has waiting.
    std::vector<T> drop(ClientId client) {
        std::vector<T> dropped;
        const auto place = m_clients.find(client);
        if (place == m_clients.end())
            return dropped;
        for (auto& item : place->second.items)
            dropped.push_back(std::move(item));
        m_size -= dropped.size();
        m_turns.erase(place->second.turn);
        m_clients.erase(place);
        return dropped;
    }

    [[nodiscard]] std::size_t size() const noexcept { return m_size; }
    [[nodiscard]] bool empty() const noexcept { return m_size == 0; }

  private:
    struct Waiting {
        std::deque<T> items;
        std::list<ClientId>::iterator turn;
    };

    std::unordered_map<ClientId, Waiting> m_clients;
    std::list<ClientId> m_turns;
    std::size_t m_size = 0;
};

}  // namespace signet::agent
