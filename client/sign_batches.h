// Which digests of many go into one request.
#pragma once

#include <cstddef>
#include <vector>

namespace signet::client {

/// Digests `first` to `first + count - 1`.
struct Batch {
    std::size_t first = 0;
    std::size_t count = 0;
};

/// Hands out `total` digests in batches, in order; what was too large for one reply again, in smaller ones.
/// They are as few as can be and of one size, since batches under way together then end together: where the
/// agent keeps no PIN, a login ends with the first request that does.
class SignBatches {
  public:
    /// At most `largest` digests a batch.
    SignBatches(std::size_t total, std::size_t largest);

    /// Whether there is nothing to hand out, as far as is known.
    [[nodiscard]] bool empty() const noexcept { return m_left.empty(); }
    /// The next one; there must be one.
    [[nodiscard]] Batch take();
    /// The signatures of `batch`, more than one digest, do not fit into a reply.
    void halve(const Batch& batch);

  private:
    std::size_t m_largest = 0;
    /// The last one is next.
    std::vector<Batch> m_left;
};

}  // namespace signet::client
