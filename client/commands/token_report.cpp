#include "client/commands/token_report.h"

#include <string>

namespace signet::client::commands {

void report_token(TextBlock& block, const agent::protocol::Token& token) {
    block.heading("token " + (token.label().empty() ? "without a label" : token.label()) + ": " +
                  token.state());
    std::string hardware = token.manufacturer();
    for (const std::string* part : {&token.model(), &token.serial()})
        hardware += (hardware.empty() || part->empty() ? "" : ", ") + *part;
    block.line("hardware", hardware);
    block.line("module", token.module());
    block.line("uri", token.uri());
}

void report_token(JsonWriter& json, const agent::protocol::Token& token) {
    json.begin_object();
    json.key("uri").text(token.uri());
    json.key("label").text(token.label());
    json.key("manufacturer").text(token.manufacturer());
    json.key("model").text(token.model());
    json.key("serial").text(token.serial());
    json.key("module").text(token.module());
    json.key("state").text(token.state());
    json.end_object();
}

}  // namespace signet::client::commands
