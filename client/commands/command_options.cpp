#include "client/commands/command_options.h"

#include <algorithm>
#include <boost/program_options/parsers.hpp>
#include <sstream>
#include <utility>

#include "agent/protocol/frame.h"

namespace signet::client::commands {

namespace po = boost::program_options;

namespace {

constexpr std::size_t help_width = 80;
/// Where the descriptions of options begin.
constexpr std::size_t help_column = 24;

/// Appends `text` to `help`, whose last line has `column` characters: broken between words only, since a path
/// in two pieces is none.
void append_wrapped(std::string& help, const std::string& text, std::size_t column) {
    std::istringstream words(text);
    for (std::string word; words >> word;) {
        const bool first = column <= help_column;
        if (!first && column + 1 + word.size() > help_width) {
            help += '\n';
            column = 0;
        }
        const std::size_t blanks = column < help_column ? help_column - column : first ? 0 : 1;
        help.append(blanks, ' ').append(word);
        column += blanks + word.size();
    }
    help += '\n';
}

void append_option(std::string& help, const po::option_description& option) {
    std::string name = "  " + option.format_name();
    if (const std::string parameter = option.format_parameter(); !parameter.empty())
        name += " " + parameter;
    const bool fits = name.size() < help_column;
    help += name + (fits ? "" : "\n");
    append_wrapped(help, option.description(), fits ? name.size() : 0);
}

}  // namespace

std::string ParsedArguments::text(const char* option) const {
    return has(option) ? options[option].as<std::string>() : std::string();
}

std::vector<std::string> ParsedArguments::list(const char* option) const {
    std::vector<std::string> values;
    if (has(option))
        for (const std::string& value : options[option].as<std::vector<std::string>>())
            if (std::find(values.begin(), values.end(), value) == values.end())
                values.push_back(value);
    return values;
}

CommandOptions::CommandOptions(std::string name, std::string synopsis, std::string about)
    : m_name(std::move(name)), m_synopsis(std::move(synopsis)), m_about(std::move(about)) {}

CommandOptions& CommandOptions::value(const char* names, const char* value, const char* description) {
    m_options.add_options()(names, po::value<std::string>()->value_name(value), description);
    return *this;
}

CommandOptions& CommandOptions::values(const char* names, const char* value, const char* description) {
    m_options.add_options()(names, po::value<std::vector<std::string>>()->value_name(value)->composing(),
                            description);
    return *this;
}

CommandOptions& CommandOptions::flag(const char* names, const char* description) {
    m_options.add_options()(names, description);
    return *this;
}

std::optional<ParsedArguments> CommandOptions::parse(const Arguments& arguments, std::size_t fewest,
                                                     std::size_t most) {
    value("socket", "PATH",
          "the agent's socket; default $SIGNET_SOCKET, then $XDG_RUNTIME_DIR/signet/agent.sock, then "
          "/run/signet/agent.sock");
    flag("help,h", "print this help");
    ParsedArguments result;
    try {
        constexpr int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
        const po::parsed_options parsed =
            po::command_line_parser(arguments).options(m_options).style(style).run();
        for (const po::option& option : parsed.options)
            if (option.position_key >= 0)
                result.operands.insert(result.operands.end(), option.value.begin(), option.value.end());
        po::store(parsed, result.options);
        refuse_values(parsed);
    } catch (const po::error& error) {
        throw usage_error(error.what());
    }

    if (result.has("help")) {
        print(help());
        return std::nullopt;
    }
    if (result.operands.size() < fewest)
        throw usage_error("an argument is missing");
    if (result.operands.size() > most)
        throw usage_error("one argument too many: '" + result.operands[most] + "'");
    return result;
}

void CommandOptions::refuse_values(const po::parsed_options& parsed) const {
    for (const po::option& option : parsed.options) {
        if (option.position_key >= 0)
            continue;
        for (const std::string& value : option.value) {
            // Nobody named would be whoever there is: an unset variable in a script must not choose a key.
            if (value.empty())
                throw usage_error("the value of --" + option.string_key + " is empty");
            if (value.size() > agent::protocol::max_text)
                throw usage_error("the value of --" + option.string_key + " is longer than " +
                                  std::to_string(agent::protocol::max_text) + " bytes");
        }
    }
}

Error CommandOptions::usage_error(const std::string& why) const {
    return {ExitStatus::usage, m_name, why, "usage: " + usage()};
}

std::string CommandOptions::help() const {
    std::string text = "usage: " + usage() + "\n\n" + m_about + "\n\nOptions:\n";
    for (const auto& option : m_options.options())
        append_option(text, *option);
    return text;
}

std::string CommandOptions::usage() const {
    return "signet " + m_name + (m_synopsis.empty() ? "" : " ") + m_synopsis;
}

}  // namespace signet::client::commands
