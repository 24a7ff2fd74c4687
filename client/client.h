// The client library: signatures and opened messages from a running signet-agent, for other programs.
//
//     find_package(signet REQUIRED)
//     target_link_libraries(program PRIVATE signet::client)
//
//     #include <signet/client.h>
//
//     signet::client::AgentConnection agent;
//     signet::client::SigningOptions options;
//     options.identities = {"alice@example.org"};
//     const auto made = sign_detached(agent, options, signet::cms::as_bytes("All is well.\n"));
//
// `made.signed_data` is what `signet sign` writes to a .p7s, `made.warnings` is for people. The agent is
// looked for where `signet` looks for it, when the first request is made; content never leaves the calling
// process, as the agent sees digests and recipient infos only.
//
// What fails throws signet::client::Error (signet::cms::Error where cms/ is called directly): its
// exit_status() is what `signet` would end with, its text one line for a person. Calls block, for as long as
// a person is asked for a PIN. An AgentConnection belongs to one thread at a time; there may be several.
// OpenSSL is initialised as the calling program likes; SIGPIPE comes only where OutputFile writes to a pipe.
#pragma once

#include "client/agent_connection.h"   // every request there is: list, status, unlock, lock, sign, unwrap
#include "client/cms_input.h"          // DER or PEM out of a file
#include "client/content_opener.h"     // EnvelopedData and AuthEnvelopedData in, content out
#include "client/content_signer.h"     // content in, SignedData out
#include "client/error.h"              // the one exception
#include "client/input_file.h"         // files, hashed in constant memory
#include "client/output_file.h"        // files that are whole or not there
#include "client/output_stream.h"      // the same for what comes in pieces
#include "client/recipients.h"         // certificates to encrypt to
#include "client/signing_options.h"    // digests in, SignedData out
#include "cms/content_attachment.h"    // a content of any size into what sign_digests returns
#include "cms/content_encryption.h"    // a content of any size to certificates
#include "cms/digest_stream.h"         // hashing for sign_digests
#include "cms/enveloped_data.h"        // encrypt_content
#include "cms/signed_data_verifier.h"  // verify_signed_data
#include "cms/smime_capabilities.h"    // content_cipher_for: what recipients can read
