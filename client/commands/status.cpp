#include "client/agent_connection.h"
#include "client/commands/command_options.h"
#include "client/commands/commands.h"
#include "client/commands/token_report.h"

namespace signet::client::commands {

namespace {

std::string duration(std::uint64_t seconds) {
    const std::uint64_t minutes = seconds / 60;
    const std::uint64_t hours = minutes / 60;
    if (minutes == 0)
        return std::to_string(seconds) + " s";
    if (hours == 0)
        return std::to_string(minutes) + " min " + std::to_string(seconds % 60) + " s";
    return std::to_string(hours) + " h " + std::to_string(minutes % 60) + " min";
}

std::string for_people(const agent::protocol::StatusReply& status) {
    TextBlock block;
    block.heading("agent " + status.version());
    block.line("pid", std::to_string(status.pid()));
    block.line("running", duration(status.uptime_seconds()));
    block.line("clients", std::to_string(status.clients()));
    block.line("queued", std::to_string(status.queued()));
    block.line("signatures", std::to_string(status.signatures()));
    block.line("unwrapped", std::to_string(status.unwrapped_keys()));
    block.line("refused", std::to_string(status.refused()));
    block.line("failed", std::to_string(status.failed()));
    for (const agent::protocol::Host& host : status.hosts()) {
        block.heading("module " + host.module() + ": " + host.state());
        if (host.pid() != 0)
            block.line("pid", std::to_string(host.pid()));
        block.line("sessions", std::to_string(host.sessions()));
        block.line("outstanding", std::to_string(host.outstanding()));
        block.line("restarts", std::to_string(host.restarts()));
        block.line("trouble", host.trouble());
    }
    for (const agent::protocol::Token& token : status.tokens())
        report_token(block, token);
    return block.text();
}

void report_host(JsonWriter& json, const agent::protocol::Host& host) {
    json.begin_object();
    json.key("module").text(host.module());
    json.key("pid").number(std::int64_t{host.pid()});
    json.key("state").text(host.state());
    json.key("restarts").number(std::uint64_t{host.restarts()});
    json.key("outstanding").number(std::uint64_t{host.outstanding()});
    json.key("sessions").number(std::uint64_t{host.sessions()});
    json.key("trouble").text(host.trouble());
    json.end_object();
}

std::string for_programs(const agent::protocol::StatusReply& status) {
    JsonWriter json;
    json.begin_object();
    json.key("version").text(status.version());
    json.key("pid").number(std::int64_t{status.pid()});
    json.key("uptime_seconds").number(std::uint64_t{status.uptime_seconds()});
    json.key("clients").number(std::uint64_t{status.clients()});
    json.key("queued").number(std::uint64_t{status.queued()});
    json.key("signatures").number(std::uint64_t{status.signatures()});
    json.key("unwrapped_keys").number(std::uint64_t{status.unwrapped_keys()});
    json.key("refused").number(std::uint64_t{status.refused()});
    json.key("failed").number(std::uint64_t{status.failed()});
    json.key("hosts").begin_array();
    for (const agent::protocol::Host& host : status.hosts())
        report_host(json, host);
    json.end_array().key("tokens").begin_array();
    for (const agent::protocol::Token& token : status.tokens())
        report_token(json, token);
    return json.end_array().end_object().finish();
}

}  // namespace

ExitStatus status(const Arguments& arguments) {
    CommandOptions options(
        "status", "[--json]",
        "Says how the agent, its modules and its tokens are. An agent that does not answer within\n"
        "two minutes counts as gone.\n\n"
        "--json prints one object:\n"
        "  version, pid, uptime_seconds\n"
        "  clients, queued, signatures, unwrapped_keys, refused, failed   numbers\n"
        "  hosts   array of {module, pid, state, restarts, outstanding, sessions, trouble}\n"
        "  tokens  array of {uri, label, manufacturer, model, serial, module, state}");
    options.flag("json", "print JSON");
    const std::optional<ParsedArguments> parsed = options.parse(arguments, 0, 0);
    if (!parsed)
        return ExitStatus::done;
    AgentConnection agent(parsed->socket());
    const agent::protocol::StatusReply status = agent.status();
    print(parsed->has("json") ? for_programs(status) : for_people(status));
    return ExitStatus::done;
}

}  // namespace signet::client::commands
