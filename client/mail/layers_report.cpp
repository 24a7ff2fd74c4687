#include "client/mail/layers_report.h"

#include "client/commands/json_writer.h"
#include "client/commands/opening_report.h"
#include "client/commands/verify_report.h"

namespace signet::client::mail {

namespace {

std::string report_of(const OpenedMessage& opened) {
    return (opened.authenticated ? "encrypted (" : "encrypted, but not authenticated (") +
           std::string(cms::cipher_name(opened.cipher)) + ")\n";
}

void text_or_null(commands::JsonWriter& json, const std::string& text) {
    if (text.empty()) {
        json.null();
    } else {
        json.text(text);
    }
}

}  // namespace

std::string layers_report(const Unwrapped& unwrapped) {
    std::string text;
    for (const auto& layer : unwrapped.layers) {
        text += layer.is_signed ? commands::verify_report(layer.signed_data) : report_of(layer.opened);
    }
    return text;
}

std::string layers_report_json(const Unwrapped& unwrapped, const std::string& fault,
                               const std::string& output) {
    commands::JsonWriter json;
    json.begin_object().key("holds").boolean(fault.empty());
    text_or_null(json.key("reason"), fault);
    json.key("layers").begin_array();
    for (const auto& layer : unwrapped.layers) {
        json.begin_object().key("kind").text(layer.is_signed ? "signed" : "encrypted");
        if (layer.is_signed) {
            commands::write_verify_report(json.key("signature"), layer.signed_data);
        } else {
            commands::write_opened(json, layer.opened);
        }
        json.end_object();
    }
    json.end_array();
    text_or_null(json.key("output"), output);
    return json.end_object().finish();
}

}  // namespace signet::client::mail
