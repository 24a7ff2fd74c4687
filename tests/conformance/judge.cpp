#include "tests/conformance/judge.h"

#include <algorithm>
#include <functional>
#include <sstream>
#include <stdexcept>

#include <openssl/x509.h>

#include "client/mail/error.h"
#include "cms/error.h"
#include "cms/signed_data_reader.h"
#include "tests/conformance/layers.h"
#include "tests/conformance/material.h"

namespace signet::conformance {
namespace {

using cms::SignedDataResult;

std::vector<cms::Certificate> all_of(const Case& one, const std::string& key) {
    std::vector<cms::Certificate> found;
    std::istringstream names(one.option(key));
    for (std::string name; std::getline(names, name, ',');) {
        const auto more = certificates(one.folder / name);
        found.insert(found.end(), more.begin(), more.end());
    }
    return found;
}

std::optional<Recipient> recipient_of(const Case& one) {
    if (!one.option("p12").empty())
        return recipient(one.path("p12"), one.option("pass"));
    if (!one.option("key").empty())
        return recipient(one.path("key"), one.path("cert"), one.option("pass"));
    return std::nullopt;
}

Layers layers_of(const Case& one, bool legacy) {
    LayerOptions options;
    options.verify.trust_anchors = all_of(one, "trust");
    options.verify.candidates = all_of(one, "with");
    options.verify.path.legacy = legacy || !one.option("legacy").empty();
    if (!one.option("at").empty())
        options.verify.at = std::stoll(one.option("at"));
    const auto own = recipient_of(one);
    options.recipient = own ? &*own : nullptr;
    if (!one.option("content").empty())
        options.content = contents(one.path("content"));
    return take_off(contents(one.file), options);
}

std::string reasons_of(const SignedDataResult& result) {
    std::string text = result.signers.empty() ? "nobody signed it" : "";
    for (const auto& signer : result.signers)
        for (const auto& reason : signer.reasons)
            text += (text.empty() ? "" : "; ") + reason.text;
    return text;
}

bool holds(const Layers& layers) {
    return !layers.signatures.empty() && std::all_of(layers.signatures.begin(), layers.signatures.end(),
                                                     [](const auto& result) { return result.holds(); });
}

bool is_intact(const Layers& layers) {
    const auto intact = [](const SignedDataResult& result) {
        return !result.signers.empty() && std::all_of(result.signers.begin(), result.signers.end(),
                                                      [](const auto& signer) { return signer.intact; });
    };
    return !layers.signatures.empty() &&
           std::all_of(layers.signatures.begin(), layers.signatures.end(), intact);
}

std::string why_not(const Layers& layers) {
    std::string text = layers.signatures.empty() ? "nothing is signed" : "";
    for (const auto& result : layers.signatures)
        if (!result.holds())
            text += (text.empty() ? "" : "; ") + reasons_of(result);
    return text;
}

std::string with_lf(cms::BytesView bytes) {
    std::string text(cms::as_text(bytes));
    std::erase(text, '\r');
    return text;
}

std::string content_fault(const Case& one, const Layers& layers) {
    if (!one.option("plain").empty() && layers.content != contents(one.path("plain")))
        return "its content differs";
    if (!one.option("text").empty() && with_lf(layers.content) != with_lf(contents(one.path("text"))))
        return "its content differs";
    if (cms::as_text(layers.content).find(one.option("contains")) == std::string_view::npos)
        return "its content differs";
    const std::string signers = one.option("signers");
    if (!signers.empty() &&
        (layers.signatures.empty() || std::to_string(layers.signatures.front().signers.size()) != signers))
        return "it has another number of signers";
    return {};
}

std::string judge_layers(const Case& one, const Layers& layers) {
    const auto word = [](bool value) { return std::string(value ? "true" : "false"); };
    if (word(layers.encrypted > 0) != one.option("encrypted"))
        return "encrypted: " + word(layers.encrypted > 0);
    if (word(!layers.signatures.empty()) != one.option("signed"))
        return "signed: " + word(!layers.signatures.empty());
    if (word(holds(layers)) != one.option("good"))
        return "signature good: " + word(holds(layers)) + ": " + why_not(layers);
    return content_fault(one, layers);
}

/// What a verdict makes of a message that came apart.
std::string judge_message(const Case& one, const Layers& layers) {
    if (one.verdict == "verifies")
        return holds(layers) ? content_fault(one, layers) : why_not(layers);
    if (one.verdict == "intact")
        return is_intact(layers) ? content_fault(one, layers) : why_not(layers);
    if (one.verdict == "broken")
        return is_intact(layers) || layers.signatures.empty() ? "it is intact" : "";
    if (one.verdict == "refused")
        return holds(layers) || layers.signatures.empty() ? "it is accepted" : "";
    if (one.verdict == "decrypts")
        return layers.encrypted > 0 && layers.unopened == 0 ? content_fault(one, layers)
                                                            : "nothing is encrypted";
    if (one.verdict == "no-recipient")
        return "somebody could open it";
    if (one.verdict == "parses")
        return content_fault(one, layers);
    if (one.verdict == "survives")
        return holds(layers) ? "it verifies, and nobody is trusted" : "";
    if (one.verdict == "layers")
        return judge_layers(one, layers);
    throw std::logic_error("no such verdict: " + one.verdict);
}

std::string judge_crl(const Case& one) {
    const cms::Bytes bytes = without_armour(contents(one.file));
    const unsigned char* position = bytes.data();
    const cms::X509CrlPtr crl(d2i_X509_CRL(nullptr, &position, static_cast<long>(bytes.size())));
    return crl && position == bytes.data() + bytes.size() ? "" : "it does not parse";
}

/// Whether it is as expected that a message cannot be used.
bool may_fail(const Case& one) {
    return one.verdict == "broken" || one.verdict == "refused" || one.verdict == "survives" ||
           (one.verdict == "layers" && one.option("encrypted") == "false" && one.option("good") == "false");
}

/// Certificates and CRLs without a signer (RFC 5652 section 5.2).
std::string judge_certs_only(const Case& one) {
    const cms::Bytes message = without_armour(contents(one.file));
    cms::SignedDataReader reader(cms::memory_source(message));
    const auto rest = reader.read_rest();
    if (sk_SignerInfo_num(rest->signer_infos) > 0)
        return "it has signers";
    return rest->certificates != nullptr || rest->crls != nullptr ? ""
                                                                  : "it brings neither certificates nor CRLs";
}

}  // namespace

std::string judge(const Case& one, bool legacy) {
    if (!std::filesystem::exists(one.file))
        return "the file is not there";
    try {
        if (one.verdict == "certificate")
            return certificates(one.file).empty() ? "no certificate is in it" : "";
        if (one.verdict == "crl")
            return judge_crl(one);
        if (one.verdict == "certs-only")
            return judge_certs_only(one);
        return judge_message(one, layers_of(one, legacy));
    } catch (const cms::Error& error) {
        if (one.verdict == "no-recipient")
            return error.code() == cms::ErrorCode::cannot_decrypt ? "" : error.what();
        return may_fail(one) && error.code() != cms::ErrorCode::failed ? "" : error.what();
    } catch (const client::mail::Error& error) {
        return may_fail(one) ? "" : error.what();
    } catch (const std::runtime_error& error) {
        return error.what();
    }
}

}  // namespace signet::conformance
