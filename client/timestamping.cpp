#include "client/timestamping.h"

#include "client/error.h"
#include "client/http_exchange.h"
#include "cms/signed_data_parts.h"
#include "cms/signer_info_parts.h"
#include "cms/timestamp.h"

namespace signet::client {

namespace {

/// A TimeStampToken of `signature` (RFC 3161 section 3.4).
cms::Bytes timestamp_of(const cms::Bytes& signature, cms::DigestAlgorithm algorithm, const std::string& url) {
    const cms::TimestampRequest request = cms::make_timestamp_request(signature, algorithm);
    HttpRequest question;
    question.url = url;
    question.content_type = "application/timestamp-query";
    question.body = request.der;
    question.limit = cms::max_timestamp_response_size;
    question.https = true;
    const HttpAnswer answer = exchange_http(question);
    if (!answer.body)
        throw Error(ExitStatus::other, "cannot stamp the signature", answer.trouble,
                    "try again, or sign without --timestamp");
    try {
        return cms::read_timestamp_response(*answer.body, signature, request);
    } catch (const cms::Error& error) {
        throw Error(ExitStatus::other, "cannot stamp the signature", url + ": " + error.what(),
                    "try another TSA");
    }
}

cms::Bytes with_timestamps(cms::BytesView signed_data, const std::string& url) {
    cms::SignedDataParts parts = cms::read_parts(signed_data);
    for (cms::Bytes& info : parts.signer_infos) {
        const auto algorithm = cms::digest_algorithm_of(info);
        info = cms::with_timestamp(info, timestamp_of(cms::signature_of(info),
                                                      algorithm.value_or(cms::DigestAlgorithm::sha256), url));
    }
    return cms::detached_signed_data(parts);
}

}  // namespace

void add_timestamps(std::vector<cms::Bytes>& signed_data, const std::string& url) {
    if (url.empty())
        return;
    std::vector<cms::Bytes> stamped;
    stamped.reserve(signed_data.size());
    for (const cms::Bytes& one : signed_data)
        stamped.push_back(with_timestamps(one, url));
    signed_data = std::move(stamped);
}

}  // namespace signet::client
