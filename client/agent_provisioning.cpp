#include "client/agent_connection.h"
#include "client/request_field.h"

namespace signet::client {

namespace protocol = agent::protocol;

std::string AgentConnection::generate_key(const KeyRequest& request) {
    const std::string what_failed = "cannot make a key";
    protocol::Request message;
    protocol::GenerateKey& generate = *message.mutable_generate_key();
    generate.set_token(checked_name(request.token, what_failed));
    generate.set_algorithm(request.algorithm);
    generate.set_label(checked_name(request.label, what_failed));
    generate.set_sign(request.sign);
    generate.set_decrypt(request.decrypt);
    generate.set_always_authenticate(request.always_authenticate);
    return ask(message, what_failed).generate_key().uri();
}

cms::Bytes AgentConnection::request_certificate(const CertificateRequest& request) {
    const std::string what_failed = "cannot make a certification request";
    protocol::Request message;
    protocol::RequestCertificate& wanted = *message.mutable_request_certificate();
    wanted.set_key(checked_name(request.key, what_failed));
    wanted.set_kind(request.kind);
    for (const std::string& email : request.emails)
        wanted.add_email(checked_name(email, what_failed));
    wanted.set_common_name(checked_name(request.common_name, what_failed));
    wanted.set_given_name(checked_name(request.given_name, what_failed));
    wanted.set_surname(checked_name(request.surname, what_failed));
    wanted.set_organisation(checked_name(request.organisation, what_failed));
    wanted.set_country(checked_name(request.country, what_failed));
    const protocol::Reply reply = ask(message, what_failed);
    const std::string& made = reply.request_certificate().certification_request();
    return {made.begin(), made.end()};
}

ImportResult AgentConnection::import_certificates(const std::string& key,
                                                  const std::vector<cms::Bytes>& certificates) {
    const std::string what_failed = "cannot import the certificate";
    protocol::Request message;
    protocol::ImportCertificates& import = *message.mutable_import_certificates();
    import.set_key(checked_name(key, what_failed));
    for (const cms::Bytes& certificate : certificates)
        import.add_certificate(certificate.data(), certificate.size());
    const protocol::Reply reply = ask(message, what_failed);
    const protocol::ImportCertificatesReply& done = reply.import_certificates();
    return {done.uri(), done.stored(), {done.warning().begin(), done.warning().end()}};
}

}  // namespace signet::client
