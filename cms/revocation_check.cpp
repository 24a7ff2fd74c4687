#include "cms/revocation_check.h"

#include <utility>

#include "cms/algorithm_identifier.h"
#include "cms/asn1/revocation_info.h"
#include "cms/error.h"

namespace signet::cms {
namespace {

/// Bytes of what a message brings.
constexpr std::size_t max_from_message = std::size_t{16} * 1024 * 1024;

}  // namespace

RevocationCheck::RevocationCheck(const RevocationOptions& options, std::vector<Certificate> candidates,
                                 bool legacy)
    : m_fetch(std::make_unique<RevocationFetch>(options.transport, options.mode)),
      m_crls(std::make_unique<CrlEvidence>(options.crls, std::move(candidates), legacy, *m_fetch)),
      m_responses(legacy, *m_fetch, *m_crls),
      m_message_room(max_from_message) {}

// id-ri-ocsp-response ::= { id-ri 2 }, whose value is an OCSPResponse             RFC 5940 section 2.1
void RevocationCheck::add_from_message(BytesView revocation_info_choice) {
    constexpr std::string_view id_ri_ocsp_response = "1.3.6.1.5.5.7.16.2";
    constexpr std::uint8_t sequence = 0x30;
    if (revocation_info_choice.size() > m_message_room)
        return;
    m_message_room -= revocation_info_choice.size();
    try {
        if (!revocation_info_choice.empty() && revocation_info_choice.front() == sequence) {
            m_crls->add_from_message(parse_crl(revocation_info_choice));
            return;
        }
        const auto info =
            asn1::decode<asn1::RevocationInfoChoice>(revocation_info_choice, "RevocationInfoChoice");
        if (info->type == asn1::RevocationInfoChoice::is_other &&
            object_text(*info->d.other->format) == id_ri_ocsp_response)
            m_responses.add_from_message(asn1::sequence_in(info->d.other->info));
    } catch (const Error&) {
        // Another format.
    }
}

std::vector<CertificateRevocation> RevocationCheck::statuses(const CertificateChain& chain,
                                                             const JudgedTime& at) {
    if (chain.size() < 2)
        return {};
    m_responses.begin_chain();
    std::vector<CertificateRevocation> statuses(chain.size() - 1);
    m_crls->add_given(chain, at, statuses);
    const std::vector<CertificateRevocation> given = statuses;
    m_crls->add_message(chain, at, statuses);
    m_responses.add_message(chain, at, statuses);
    // A sender may bring what was true before.
    for (std::size_t i = 0; i < statuses.size(); ++i)
        if (given[i].status == RevocationStatus::unknown && statuses[i].status != RevocationStatus::unknown) {
            merge(statuses[i], m_responses.by_kept(chain, i, at));
            merge(statuses[i], m_crls->by_kept(chain, i, at));
        }
    // From the anchor on: who is asked about a certificate is told by its issuer.
    for (std::size_t i = statuses.size(); i-- > 0;) {
        if (statuses[i].status == RevocationStatus::unknown)
            m_responses.look_for_response(chain, i, at, statuses[i]);
        if (statuses[i].status == RevocationStatus::unknown)
            m_crls->look_for_crl(chain, i, at, statuses[i]);
        if (statuses[i].status == RevocationStatus::good && statuses[i].source == "crl")
            m_crls->look_for_delta(chain, i, at, statuses[i], true);
    }
    return statuses;
}

}  // namespace signet::cms
