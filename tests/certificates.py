"""A signing certificate made for the purpose, with an authority that nobody knows."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_NOT_FOR = {
    "content_commitment": False,
    "key_encipherment": False,
    "data_encipherment": False,
    "key_agreement": False,
    "encipher_only": False,
    "decipher_only": False,
}


@dataclass(frozen=True)
class SigningCertificate:
    """PEM texts: the signer's certificate with its authority's behind it, and the private key."""

    certificate: str
    private_key: str

    @property
    def block(self) -> dict[str, str]:
        """What the Secret block holds."""
        return {"certificate": self.certificate, "private_key": self.private_key, "algorithm": "es256"}


def signing_certificate(name: str = "Made-up Signer") -> SigningCertificate:
    """A certificate as C2PA asks for it: for signing documents, and by an authority."""
    authority, key = (ec.generate_private_key(ec.SECP256R1()) for _ in "ab")
    root = (
        _begun("Made-up Authority", "Made-up Authority", authority.public_key())
        .add_extension(x509.BasicConstraints(True, None), True)
        .add_extension(x509.KeyUsage(digital_signature=False, key_cert_sign=True, crl_sign=True, **_NOT_FOR), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(authority.public_key()), False)
        .sign(authority, hashes.SHA256())
    )
    own = (
        _begun(name, "Made-up Authority", key.public_key())
        .add_extension(x509.BasicConstraints(False, None), True)
        .add_extension(x509.KeyUsage(digital_signature=True, key_cert_sign=False, crl_sign=False, **_NOT_FOR), True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()), False)
        .sign(authority, hashes.SHA256())
    )
    chain = b"".join(one.public_bytes(Encoding.PEM) for one in (own, root))
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return SigningCertificate(chain.decode(), secret.decode())


def _begun(subject: str, issuer: str, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    day = timedelta(days=1)
    return x509.CertificateBuilder(
        _named(issuer), _named(subject), key, x509.random_serial_number(), now - day, now + day
    )


def _named(name: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, name), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Made up")]
    )
