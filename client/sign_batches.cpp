#include "client/sign_batches.h"

#include <algorithm>

namespace signet::client {

namespace {

constexpr std::size_t divided_up(std::size_t number, std::size_t by) {
    return (number + by - 1) / by;
}

}  // namespace

SignBatches::SignBatches(std::size_t total, std::size_t largest) {
    if (total == 0)
        return;
    m_largest = divided_up(total, divided_up(total, largest));
    m_left.push_back({0, total});
}

Batch SignBatches::take() {
    Batch& left = m_left.back();
    const Batch batch{left.first, std::min(left.count, m_largest)};
    left.first += batch.count;
    left.count -= batch.count;
    if (left.count == 0)
        m_left.pop_back();
    return batch;
}

void SignBatches::halve(const Batch& batch) {
    m_largest = std::min(m_largest, batch.count / 2);
    m_left.push_back(batch);
}

}  // namespace signet::client
