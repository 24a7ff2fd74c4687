#include "client/crl_files.h"

#include "client/error.h"
#include "client/input_file.h"
#include "cms/crl.h"
#include "cms/error.h"

namespace signet::client {

namespace {

constexpr std::size_t max_file = std::size_t{64} << 20;

}  // namespace

std::vector<std::shared_ptr<X509_CRL>> read_crls(const std::string& path) {
    const cms::Bytes file = InputFile(path).read_all(max_file);
    try {
        std::vector<std::shared_ptr<X509_CRL>> crls;
        if (cms::as_text(file).find("-----BEGIN ") == std::string_view::npos)
            crls.push_back(cms::parse_crl(file));
        else
            for (const cms::Bytes& crl : cms::crls_from_pem(cms::as_text(file)))
                crls.push_back(cms::parse_crl(crl));
        if (crls.empty())
            throw cms::Error(cms::ErrorCode::malformed, "there is none in it");
        return crls;
    } catch (const cms::Error& error) {
        throw Error(ExitStatus::malformed, "cannot read a CRL from " + path, error.what(),
                    "name a file with CRLs in DER or PEM form");
    }
}

}  // namespace signet::client
