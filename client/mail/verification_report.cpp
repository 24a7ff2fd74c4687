#include "client/mail/verification_report.h"

#include "client/commands/json_writer.h"
#include "client/commands/text_block.h"
#include "client/commands/verify_report.h"
#include "client/mail/mailboxes.h"

namespace signet::client::mail {

std::string verification_report(const Verification& verification) {
    commands::TextBlock block;
    block.heading(verification.holds() ? "message: holds" : "message: does not hold");
    block.line("from",
               verification.senders.empty() ? "nobody: it has no From" : joined(verification.senders));
    for (const auto& reason : verification.reasons) {
        block.line("why not", reason.text);
    }
    return block.text() + "\n" + commands::verify_report(verification.signed_data);
}

std::string verification_report_json(const Verification& verification) {
    commands::JsonWriter json;
    json.begin_object();
    json.key("holds").boolean(verification.holds());
    json.key("from").texts(verification.senders);
    commands::write_reasons(json.key("reasons"), verification.reasons);
    commands::write_verify_report(json.key("signature"), verification.signed_data);
    return json.end_object().finish();
}

std::string why_not(const Verification& verification) {
    if (verification.holds()) {
        return {};
    }
    std::vector<std::string> reasons;
    for (const auto& reason : verification.reasons) {
        reasons.push_back(reason.text);
    }
    if (!verification.signed_data.holds()) {
        reasons.push_back(commands::why_not(verification.signed_data));
    }
    return commands::joined_reasons(reasons);
}

}  // namespace signet::client::mail
