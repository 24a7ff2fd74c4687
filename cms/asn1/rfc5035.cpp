#include "cms/asn1/rfc5035.h"

namespace signet::cms::asn1 {

// It would take the macros of a template for expressions.
// clang-format off

// IssuerSerial ::= SEQUENCE {
//   issuer GeneralNames,
//   serialNumber CertificateSerialNumber }                                        RFC 5035 section 5
ASN1_SEQUENCE(IssuerSerial) = {
    ASN1_SEQUENCE_OF(IssuerSerial, issuer, GENERAL_NAME),
    ASN1_SIMPLE(IssuerSerial, serial_number, ASN1_INTEGER),
} static_ASN1_SEQUENCE_END(IssuerSerial)

// ESSCertIDv2 ::= SEQUENCE {
//   hashAlgorithm AlgorithmIdentifier DEFAULT {algorithm id-sha256},
//   certHash Hash,
//   issuerSerial IssuerSerial OPTIONAL }                                          RFC 5035 section 4
ASN1_SEQUENCE(ESSCertIDv2) = {
    ASN1_OPT(ESSCertIDv2, hash_algorithm, X509_ALGOR),
    ASN1_SIMPLE(ESSCertIDv2, cert_hash, ASN1_OCTET_STRING),
    ASN1_OPT(ESSCertIDv2, issuer_serial, IssuerSerial),
} static_ASN1_SEQUENCE_END(ESSCertIDv2)

// SigningCertificateV2 ::= SEQUENCE {
//   certs SEQUENCE OF ESSCertIDv2,
//   policies SEQUENCE OF PolicyInformation OPTIONAL }                             RFC 5035 section 3
ASN1_SEQUENCE(SigningCertificateV2) = {
    ASN1_SEQUENCE_OF(SigningCertificateV2, certs, ESSCertIDv2),
    ASN1_SEQUENCE_OF_OPT(SigningCertificateV2, policies, POLICYINFO),
} ASN1_SEQUENCE_END(SigningCertificateV2)

// ESSCertID ::= SEQUENCE {
//   certHash Hash,
//   issuerSerial IssuerSerial OPTIONAL }                                          RFC 5035 section 6
ASN1_SEQUENCE(ESSCertID) = {
    ASN1_SIMPLE(ESSCertID, cert_hash, ASN1_OCTET_STRING),
    ASN1_OPT(ESSCertID, issuer_serial, IssuerSerial),
} static_ASN1_SEQUENCE_END(ESSCertID)

// SigningCertificate ::= SEQUENCE {
//   certs SEQUENCE OF ESSCertID,
//   policies SEQUENCE OF PolicyInformation OPTIONAL }                             RFC 2634 section 5.4
ASN1_SEQUENCE(SigningCertificate) = {
    ASN1_SEQUENCE_OF(SigningCertificate, certs, ESSCertID),
    ASN1_SEQUENCE_OF_OPT(SigningCertificate, policies, POLICYINFO),
} ASN1_SEQUENCE_END(SigningCertificate)

// clang-format on

}  // namespace signet::cms::asn1
