#include "cms/revocation_fetch.h"

#include <utility>

#include "cms/crl.h"

namespace signet::cms {
namespace {

// A path of four certificates asks for three or four.
constexpr std::size_t max_fetched = 24;

std::string kept_name(const OcspQuestion& question) {
    return "ocsp " + question.name();
}

std::string kept_name(const std::string& url) {
    return "crl " + url;
}

}  // namespace

RevocationFetch::RevocationFetch(std::shared_ptr<RevocationTransport> transport, RevocationMode mode)
    : m_transport(std::move(transport)), m_mode(mode) {}

std::optional<Bytes> RevocationFetch::kept_crl(const std::string& url) const {
    return m_transport ? m_transport->kept(kept_name(url), max_crl_size) : std::nullopt;
}

void RevocationFetch::keep_crl(const std::string& url, BytesView der) {
    if (m_transport)
        m_transport->keep(kept_name(url), der);
}

std::optional<RevocationFetch::Answer> RevocationFetch::fetch_crl(const std::string& url) {
    if (!may_fetch(kept_name(url)))
        return std::nullopt;
    return m_transport->get(url, max_crl_size);
}

std::optional<Bytes> RevocationFetch::kept_response(const OcspQuestion& question) const {
    return m_transport ? m_transport->kept(kept_name(question), max_ocsp_response_size) : std::nullopt;
}

void RevocationFetch::keep_response(const OcspQuestion& question, BytesView der) {
    if (m_transport)
        m_transport->keep(kept_name(question), der);
}

std::optional<RevocationFetch::Answer> RevocationFetch::ask(const std::string& url,
                                                            const OcspQuestion& question) {
    if (!may_fetch(kept_name(question).append(" ").append(url)))
        return std::nullopt;
    return m_transport->ask(url, question.der(), max_ocsp_response_size);
}

bool RevocationFetch::may_fetch(const std::string& what) {
    return m_transport && m_mode != RevocationMode::given && m_fetched.size() < max_fetched &&
           m_fetched.insert(what).second;
}

}  // namespace signet::cms
