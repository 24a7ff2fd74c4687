// What the programs `signet` and `signet-mail` share: their frame and their options.
#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/positional_options.hpp>
#include <boost/program_options/variables_map.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/error.h"

namespace signet::client::commands {

/// The arguments after the command's name.
using Arguments = std::vector<std::string>;

/// Runs `body` as the whole of a program: OpenSSL without its configuration file, SIGPIPE ignored, and every
/// exception turned into its line on stderr. Returns what main returns.
int run_program(const std::function<ExitStatus()>& body) noexcept;

/// The options of one command. `--help` and `--socket PATH` are always among them.
class CommandOptions {
  public:
    /// `usage` is what follows the word "usage:" ("signet sign [-k ID]... FILE..."), `about` a sentence or
    /// more for --help.
    CommandOptions(std::string usage, std::string about);

    /// Where to add options: options().add_options()("name,n", value, "description").
    boost::program_options::options_description& options() noexcept { return m_options; }
    /// The arguments that are no options go to the option `name`, at most `count` of them (-1: any number).
    void add_positional(const char* name, int count);

    /// Parses strictly (no abbreviations). If --help is there, prints the help to stdout and returns none;
    /// the command is then done. Throws Error(2) with the usage.
    std::optional<boost::program_options::variables_map> parse(const Arguments& arguments);

    /// Error(2): `why`, and the usage as the advice.
    [[nodiscard]] Error usage_error(const std::string& why) const;

  private:
    std::string m_usage;
    std::string m_about;
    boost::program_options::options_description m_options;
    boost::program_options::options_description m_hidden;
    boost::program_options::positional_options_description m_positional;
};

/// The value of an option, or none.
[[nodiscard]] std::string text_option(const boost::program_options::variables_map& values, const char* name);
/// All values of a repeatable option.
[[nodiscard]] std::vector<std::string> list_option(const boost::program_options::variables_map& values,
                                                   const char* name);

/// Prints `text` to stdout at once. Throws BrokenPipe or Error(9).
void print(std::string_view text);
/// Prints `signet: warning: text` to stderr, in one line.
void warn(std::string_view text);

}  // namespace signet::client::commands
