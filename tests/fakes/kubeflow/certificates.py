"""Certificates for this machine's own address, signed by each other or by themselves."""

import datetime
import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


def certificate(name, *, signer=None):
    """A certificate for 127.0.0.1 and its key, signed by another or by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    issuer, signing_key = signer or (None, key)
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (
        x509.CertificateBuilder(issuer.subject if issuer else subject, subject, key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
    )
    for extension in extensions(key.public_key(), signing_key.public_key(), is_ca=not issuer):
        made = made.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
    return made.sign(signing_key, hashes.SHA256()), key


def extensions(key, signing_key, *, is_ca):
    """The extensions that Python 3.13 requires in a certificate."""
    uses = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    unused = dict.fromkeys([*uses, "encipher_only", "decipher_only"], False)
    return [
        x509.BasicConstraints(ca=is_ca, path_length=None),
        x509.KeyUsage(digital_signature=True, key_cert_sign=is_ca, crl_sign=is_ca, **unused),
        x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
        x509.SubjectKeyIdentifier.from_public_key(key),
        x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key),
    ]


def write(folder, name, made, key):
    """Writes a certificate and its key in PEM; returns both paths."""
    files = folder / f"{name}.pem", folder / f"{name}.key"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    files[1].write_bytes(private)
    return files
