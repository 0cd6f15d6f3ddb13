// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"time"
)

// certificate is the given certificate, or a new one in the given file.
func certificate(c Config) (tls.Certificate, error) {
	pair, ca, err := loadOrMake(c)
	if err != nil {
		return pair, err
	}
	if c.CAOut != "" {
		if err := writePEM(c.CAOut, ca); err != nil {
			return pair, err
		}
	}
	if c.CertOut != "" {
		return pair, writePEM(c.CertOut, pair.Certificate[0])
	}
	return pair, nil
}

func loadOrMake(c Config) (pair tls.Certificate, ca []byte, err error) {
	if c.Cert != "" {
		pair, err = tls.LoadX509KeyPair(c.Cert, c.Key)
		return pair, nil, err
	}
	return makeCertificate()
}

// makeCertificate creates a CA and a server certificate for the loopback names.
func makeCertificate() (pair tls.Certificate, ca []byte, err error) {
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return pair, nil, err
	}
	caTemplate := template("vsphere.tasks test CA", 1)
	caTemplate.IsCA = true
	caTemplate.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	ca, err = x509.CreateCertificate(rand.Reader, caTemplate, caTemplate, caKey.Public(), caKey)
	if err != nil {
		return pair, nil, err
	}

	// The parsed CA has the key ID that the server's certificate must contain, because Python checks it.
	issuer, err := x509.ParseCertificate(ca)
	if err != nil {
		return pair, nil, err
	}

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return pair, nil, err
	}
	server := template("localhost", 2)
	server.KeyUsage = x509.KeyUsageDigitalSignature
	server.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	server.DNSNames = []string{"localhost"}
	server.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	der, err := x509.CreateCertificate(rand.Reader, server, issuer, key.Public(), caKey)
	if err != nil {
		return pair, nil, err
	}
	return tls.Certificate{Certificate: [][]byte{der, ca}, PrivateKey: key}, ca, nil
}

func template(name string, serial int64) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber:          big.NewInt(serial),
		Subject:               pkix.Name{CommonName: name, Organization: []string{"vsphere.tasks"}},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(30 * 24 * time.Hour),
		BasicConstraintsValid: true,
	}
}

func writePEM(path string, der []byte) error {
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644)
}
