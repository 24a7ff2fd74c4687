// The options and operands of one command.
#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/variables_map.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "client/commands/program.h"
#include "client/error.h"

namespace signet::client::commands {

/// What a command line says.
struct ParsedArguments {
    boost::program_options::variables_map options;
    /// The arguments that are no options, in order.
    std::vector<std::string> operands;

    [[nodiscard]] bool has(const char* option) const { return options.count(option) != 0; }
    /// The value of an option, empty if it is not there.
    [[nodiscard]] std::string text(const char* option) const;
    /// The values of an option that may be given several times, equal ones once.
    [[nodiscard]] std::vector<std::string> list(const char* option) const;
    /// The value of --socket, empty if it is not there.
    [[nodiscard]] std::string socket() const { return text("socket"); }
};

/// `--help` and `--socket PATH` are always among the options.
class CommandOptions {
  public:
    /// For `signet NAME SYNOPSIS` ("sign", "[-k ID]... FILE..."); `about` is a sentence or more for --help.
    CommandOptions(std::string name, std::string synopsis, std::string about);

    /// An option with one value that `value` names ("FILE"). `names` is "output,o", as Boost writes them.
    CommandOptions& value(const char* names, const char* value, const char* description);
    /// The same, but it may be given several times.
    CommandOptions& values(const char* names, const char* value, const char* description);
    /// An option without a value.
    CommandOptions& flag(const char* names, const char* description);

    /// Parses strictly (no abbreviations, nothing twice that is not meant to be). If --help is there, prints
    /// the help to stdout and returns none; the command is then done. Throws Error(2) with the usage, also
    /// for an empty value of an option, one longer than the protocol's max_text, and other than `fewest` to
    /// `most` operands.
    std::optional<ParsedArguments> parse(const Arguments& arguments, std::size_t fewest, std::size_t most);

    /// Error(2): `why`, and the usage as the advice.
    [[nodiscard]] Error usage_error(const std::string& why) const;

  private:
    void refuse_values(const boost::program_options::parsed_options& parsed) const;
    [[nodiscard]] std::string help() const;
    [[nodiscard]] std::string usage() const;

    std::string m_name;
    std::string m_synopsis;
    std::string m_about;
    boost::program_options::options_description m_options;
};

}  // namespace signet::client::commands
