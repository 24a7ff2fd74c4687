// Runs an operation for a while, in several threads, and says how long it took.
#pragma once

#include <algorithm>
#include <barrier>
#include <chrono>
#include <functional>
#include <thread>
#include <vector>

namespace signet::bench {

using Clock = std::chrono::steady_clock;

/// What one measurement yields.
struct Result {
    /// One operation, in microseconds.
    double p50 = 0;
    double p99 = 0;
    /// Operations a second, all threads together.
    double rate = 0;
};

inline double microseconds(Clock::duration duration) {
    return std::chrono::duration<double, std::micro>(duration).count();
}

/// Sorts `samples` (microseconds). No samples yield zeros.
inline Result summarise(std::vector<double>& samples, double seconds) {
    if (samples.empty())
        return {};
    std::sort(samples.begin(), samples.end());
    return {samples[samples.size() / 2], samples[samples.size() * 99 / 100],
            static_cast<double>(samples.size()) / seconds};
}

/// Runs each of `operations` in a thread of its own, again and again, for `duration`: each once before, to
/// connect and to warm up, then all in the same stretch of time. An operation that throws ends the program: a
/// benchmark of failures says nothing.
template <typename Operation>
Result measure(std::vector<Operation>& operations, std::chrono::milliseconds duration) {
    std::vector<std::vector<double>> samples(operations.size());
    Clock::time_point end;
    std::barrier together(static_cast<std::ptrdiff_t>(operations.size()),
                          [&end, duration]() noexcept { end = Clock::now() + duration; });
    std::vector<std::thread> threads;
    const auto body = [&](Operation& operation, std::vector<double>& out) {
        out.reserve(1U << 18U);
        operation();
        together.arrive_and_wait();
        for (auto start = Clock::now(); start < end;) {
            operation();
            const auto now = Clock::now();
            out.push_back(microseconds(now - start));
            start = now;
        }
    };
    threads.reserve(operations.size());
    for (std::size_t i = 0; i < operations.size(); ++i)
        threads.emplace_back(body, std::ref(operations[i]), std::ref(samples[i]));
    for (auto& thread : threads)
        thread.join();
    std::vector<double> all;
    for (const auto& some : samples)
        all.insert(all.end(), some.begin(), some.end());
    return summarise(all, std::chrono::duration<double>(duration).count());
}

}  // namespace signet::bench
