#include "tests/end_to_end/faulty_replicas.h"

namespace signet::tests {

FaultyReplicas::FaultyReplicas(const ReplicasKind& kind)
    : bob(software_identity(ca, kind.key, folder.path())) {
    write_file(folder / "report.txt", "All is well.\n");
    run_or_throw({"openssl", "x509", "-in", bob.certificate, "-outform", "DER", "-out", "bob.der"},
                 {.folder = folder.path()});
    alpha.module.set(kind.card_of_alpha);
    AgentSetup both;
    for (Replica* replica : {&alpha, &beta}) {
        replica->token.import_key(bob.key, "bob", "b0");
        replica->token.import_certificate(folder / "bob.der", "bob", "b0");
        const AgentSetup one = replica->module.setup(replica->token, kind.operation_timeout);
        both.modules.push_back(one.modules.front());
        both.modules.back().name = replica->token.label();
        both.tokens.push_back(one.tokens.front());
    }
    if (kind.pinentry != nullptr) {
        const auto tokens = both.tokens;
        both = kind.pinentry->used_in(both);
        both.tokens = tokens;
    }
    if (!kind.pin_of_alpha.empty())
        both.tokens.front().pin = kind.pin_of_alpha;
    if (!kind.pin_of_beta.empty())
        both.tokens.back().pin = kind.pin_of_beta;
    agent = std::make_unique<AgentProcess>(both);
}

ProcessResult FaultyReplicas::signet(const Arguments& command, std::optional<std::string> stdin_text) const {
    return agent->signet(command, {.stdin_text = std::move(stdin_text), .folder = folder.path()});
}

BackgroundProcess FaultyReplicas::begin(const Arguments& command) const {
    Arguments argv{program("signet")};
    argv.insert(argv.end(), command.begin(), command.end());
    return BackgroundProcess(
        argv, RunOptions{.environment = agent->folder().environment(), .folder = folder.path()});
}

Arguments FaultyReplicas::batch(int files) const {
    Arguments command{"sign"};
    for (int i = 0; i < files; ++i) {
        command.push_back("file" + std::to_string(i));
        write_file(folder / command.back(), "content " + std::to_string(i));
    }
    return command;
}

void FaultyReplicas::unlock_both() const {
    check_done(signet({"unlock", "alpha"}));
    check_done(signet({"unlock", "beta"}));
}

bool FaultyReplicas::status_shows(const std::string& text) const {
    return signet({"status"}).out.find(text) != std::string::npos;
}

}  // namespace signet::tests
