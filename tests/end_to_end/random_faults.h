// Scripts and cards at random.
#pragma once

#include <random>
#include <string>
#include <vector>

namespace signet::tests {

using Randomness = std::mt19937_64;

/// One of `choices`.
[[nodiscard]] const std::string& any_of(const std::vector<std::string>& choices, Randomness& randomness);
/// Below `end`.
[[nodiscard]] unsigned below(unsigned end, Randomness& randomness);

/// A fault of the fault-injecting module's script, for a call, a few or all. Never that a right PIN is wrong:
/// that an agent believes for good.
[[nodiscard]] std::string random_fault(Randomness& randomness);
/// Settings of a card; where it has a PIN pad, `pin` is entered there, or nothing.
[[nodiscard]] std::string random_card(Randomness& randomness, const std::string& pin);

}  // namespace signet::tests
