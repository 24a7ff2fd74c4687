// An authority whose certificates name an OCSP responder and a CRL, both played by the test.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cms/certificate_path.h"
#include "tests/cms/certificate_authority.h"
#include "tests/cms/ocsp_responder.h"
#include "tests/cms/revocation_list.h"
#include "tests/cms/test_keys.h"

namespace signet::cms::test {

/// A network and a cache in memory.
class PlayedTransport final : public RevocationTransport {
  public:
    std::map<std::string, Bytes> crls;
    /// Whether the responder answers.
    std::function<std::optional<Bytes>(BytesView request)> responder;
    std::map<std::string, Bytes> cache;
    std::vector<std::string> asked;
    std::vector<std::string> looked_up;

    Answer get(const std::string& url, std::size_t /*limit*/) override {
        asked.push_back(url);
        const auto found = crls.find(url);
        return found == crls.end() ? Answer{std::nullopt, "it is not there"} : Answer{found->second, ""};
    }
    Answer ask(const std::string& url, BytesView request, std::size_t /*limit*/) override {
        asked.push_back(url);
        auto answer = responder ? responder(request) : std::nullopt;
        return {std::move(answer), "nobody answers"};
    }
    std::optional<Bytes> kept(const std::string& key, std::size_t /*limit*/) override {
        looked_up.push_back(key);
        const auto found = cache.find(key);
        return found == cache.end() ? std::nullopt : std::optional(found->second);
    }
    void keep(const std::string& key, BytesView value) override {
        cache[key] = Bytes(value.begin(), value.end());
    }
};

inline const std::string responder_url = "http://ocsp.example.org/";
inline const std::string crl_url = "http://crl.example.org/ca.crl";

struct World {
    CertificateAuthority root{"Root"};
    Certificate alice = root.issue(test_key(KeyType::p256), request());
    std::shared_ptr<PlayedTransport> transport = std::make_shared<PlayedTransport>();

    static CertificateRequest request() {
        CertificateRequest request;
        request.extensions.emplace_back(NID_info_access, "OCSP;URI:" + responder_url);
        request.extensions.emplace_back(NID_crl_distribution_points, "URI:" + crl_url);
        return request;
    }
    [[nodiscard]] CertificatePaths paths(RevocationMode mode, std::vector<Certificate> anchors) const {
        RevocationOptions options;
        options.mode = mode;
        options.transport = transport;
        return CertificatePaths(std::move(anchors), {}, std::nullopt, {}, options);
    }
    [[nodiscard]] PathVerdict judge(RevocationMode mode) const {
        return paths(mode, {root.certificate()}).judge(alice);
    }
    /// The root's.
    [[nodiscard]] Bytes crl(const CrlRequest& request = {}) const {
        return make_crl(root.certificate(), root.key(), request);
    }
    [[nodiscard]] Bytes answer(const OcspAnswer& answer) const {
        return make_ocsp_response(alice, root.certificate(), root.certificate(), root.key(), answer);
    }
};

using Urls = std::vector<std::string>;

}  // namespace signet::cms::test
