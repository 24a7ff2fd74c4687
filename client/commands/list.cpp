#include "client/agent_connection.h"
#include "client/commands/command_options.h"
#include "client/commands/commands.h"
#include "client/commands/token_report.h"
#include "client/hex.h"
#include "client/rfc3339.h"

namespace signet::client::commands {

namespace {

/// Enough digits to tell identities apart; -k takes 8 and more.
constexpr std::size_t short_fingerprint = 16;

template <typename Texts>
std::vector<std::string> to_vector(const Texts& texts) {
    return {texts.begin(), texts.end()};
}

void report_identity(TextBlock& block, const agent::protocol::Identity& identity) {
    const std::string address = joined(to_vector(identity.email()));
    const std::string& name = address.empty() ? identity.label() : address;
    block.heading("identity " + (name.empty() ? identity.subject() : name));
    block.line("subject", identity.subject());
    block.line("label", identity.label());
    block.line("key", identity.key_type());
    block.line("usage", joined(to_vector(identity.usage())));
    if (identity.not_after() != 0)
        block.line("valid", rfc3339(identity.not_before()) + " to " + rfc3339(identity.not_after()));
    block.line("fingerprint", hex(identity.fingerprint()).substr(0, short_fingerprint));
    block.line("token", joined(to_vector(identity.token())));
    block.line("file", identity.file());
    block.line("chain", joined(to_vector(identity.chain())));
    block.line("uri", identity.uri());
    block.line("note", identity.note());
}

void report_key(TextBlock& block, const agent::protocol::Key& key) {
    block.heading("key " + (key.label().empty() ? "without a label" : key.label()));
    block.line("key", key.key_type());
    block.line("usage", joined(to_vector(key.usage())));
    block.line("id", hex(key.id()));
    block.line("token", key.token());
    block.line("uri", key.uri());
    block.line("note", key.note());
}

void report_certificate(TextBlock& block, const agent::protocol::Certificate& certificate) {
    const std::string address = joined(to_vector(certificate.email()));
    const std::string& name = address.empty() ? certificate.label() : address;
    block.heading("certificate " + (name.empty() ? certificate.subject() : name));
    block.line("subject", certificate.subject());
    block.line("label", certificate.label());
    block.line("key", certificate.key_type());
    block.line("valid", rfc3339(certificate.not_before()) + " to " + rfc3339(certificate.not_after()));
    block.line("fingerprint", hex(certificate.fingerprint()).substr(0, short_fingerprint));
    block.line("token", certificate.token());
    block.line("file", certificate.file());
    block.line("uri", certificate.uri());
    block.line("note", "no key: " + certificate.note());
}

std::string for_people(const agent::protocol::ListReply& catalogue) {
    TextBlock block;
    for (const agent::protocol::Token& token : catalogue.tokens())
        report_token(block, token);
    for (const agent::protocol::Identity& identity : catalogue.identities())
        report_identity(block, identity);
    for (const agent::protocol::Key& key : catalogue.keys())
        report_key(block, key);
    for (const agent::protocol::Certificate& certificate : catalogue.certificates())
        report_certificate(block, certificate);
    return block.text();
}

void report_identity(JsonWriter& json, const agent::protocol::Identity& identity) {
    json.begin_object();
    json.key("uri").text(identity.uri());
    json.key("label").text(identity.label());
    json.key("subject").text(identity.subject());
    json.key("email").texts(identity.email());
    json.key("key_type").text(identity.key_type());
    json.key("usage").texts(identity.usage());
    if (identity.not_after() != 0) {
        json.key("not_before").text(rfc3339(identity.not_before()));
        json.key("not_after").text(rfc3339(identity.not_after()));
    } else {
        json.key("not_before").null().key("not_after").null();
    }
    json.key("fingerprint").text(hex(identity.fingerprint()));
    json.key("tokens").texts(identity.token());
    json.key("chain").texts(identity.chain());
    json.key("file").text(identity.file());
    json.key("note").text(identity.note());
    json.end_object();
}

void report_key(JsonWriter& json, const agent::protocol::Key& key) {
    json.begin_object();
    json.key("uri").text(key.uri());
    json.key("label").text(key.label());
    json.key("id").text(hex(key.id()));
    json.key("key_type").text(key.key_type());
    json.key("usage").texts(key.usage());
    json.key("token").text(key.token());
    json.key("note").text(key.note());
    json.end_object();
}

void report_certificate(JsonWriter& json, const agent::protocol::Certificate& certificate) {
    json.begin_object();
    json.key("uri").text(certificate.uri());
    json.key("label").text(certificate.label());
    json.key("subject").text(certificate.subject());
    json.key("email").texts(certificate.email());
    json.key("key_type").text(certificate.key_type());
    json.key("not_before").text(rfc3339(certificate.not_before()));
    json.key("not_after").text(rfc3339(certificate.not_after()));
    json.key("fingerprint").text(hex(certificate.fingerprint()));
    json.key("token").text(certificate.token());
    json.key("file").text(certificate.file());
    json.key("note").text(certificate.note());
    json.end_object();
}

std::string for_programs(const agent::protocol::ListReply& catalogue) {
    JsonWriter json;
    json.begin_object().key("tokens").begin_array();
    for (const agent::protocol::Token& token : catalogue.tokens())
        report_token(json, token);
    json.end_array().key("identities").begin_array();
    for (const agent::protocol::Identity& identity : catalogue.identities())
        report_identity(json, identity);
    json.end_array().key("keys").begin_array();
    for (const agent::protocol::Key& key : catalogue.keys())
        report_key(json, key);
    json.end_array().key("certificates").begin_array();
    for (const agent::protocol::Certificate& certificate : catalogue.certificates())
        report_certificate(json, certificate);
    json.end_array().key("notes").texts(catalogue.notes());
    return json.end_object().finish();
}

}  // namespace

ExitStatus list(const Arguments& arguments) {
    CommandOptions options(
        "list", "[--json]",
        "Lists the tokens that the agent sees, the identities on them, keys without a certificate,\n"
        "and certificates without a key (a CA's is named as the chain of those it belongs to). Notes on what "
        "cannot be used go to standard error. An agent that does not answer "
        "within two minutes counts as\n"
        "gone.\n\n"
        "--json prints one object:\n"
        "  tokens      array of {uri, label, manufacturer, model, serial, module, state}\n"
        "  identities  array of {uri, label, subject, email (array), key_type, usage (array),\n"
        "              not_before, not_after (RFC 3339, or null), fingerprint (SHA-256, hex),\n"
        "              tokens (array of URIs), chain (array of subjects),\n"
        "              file (with the certificate, or empty if it is on the token), note}\n"
        "  keys        without a certificate: array of {uri, label, id (hex), key_type,\n"
        "              usage (array), token (URI), note}\n"
        "  certificates  without a key: array of {uri, label, subject, email (array), key_type,\n"
        "              not_before, not_after, fingerprint, token (URI), file (as above), note (why)}\n"
        "  notes       array of texts");
    options.flag("json", "print JSON");
    const std::optional<ParsedArguments> parsed = options.parse(arguments, 0, 0);
    if (!parsed)
        return ExitStatus::done;

    AgentConnection agent(parsed->socket());
    const agent::protocol::ListReply catalogue = agent.list();
    if (parsed->has("json")) {
        print(for_programs(catalogue));
        return ExitStatus::done;
    }
    for (const std::string& note : catalogue.notes())
        warn(note);
    if (catalogue.tokens().empty())
        warn("the agent sees no token: insert one, or name its module in the configuration");
    print(for_people(catalogue));
    return ExitStatus::done;
}

}  // namespace signet::client::commands
