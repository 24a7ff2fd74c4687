// A program of somebody else's: it knows of Signet what is installed.
#include <signet/client.h>

#include <iostream>

int main(int argc, char** argv) {
    namespace client = signet::client;
    namespace cms = signet::cms;
    try {
        client::AgentConnection agent(argc > 1 ? argv[1] : "");
        client::SigningOptions options;
        options.identities = {"alice@example.org"};
        const auto made = client::sign_detached(agent, options, cms::as_bytes("All is well.\n"));
        std::cout << cms::as_text(made.signed_data);
        try {
            static_cast<void>(cms::verify_signed_data(made.signed_data, nullptr, {}));
        } catch (const cms::Error& error) {
            std::cout << "; " << error.what();
        }
        return 0;
    } catch (const client::Error& error) {
        std::cerr << client::error_line(error);
        return static_cast<int>(error.exit_status());
    }
}
