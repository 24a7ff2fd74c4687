#include "client/commands/cms_commands.h"
#include "client/commands/sign.h"
#include "client/content_signer.h"

namespace signet::client::commands {

ExitStatus sign_attached(const Arguments& arguments) {
    return sign_files(arguments, attach);
}

}  // namespace signet::client::commands
