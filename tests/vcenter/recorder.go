// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"sync"
)

// recorder keeps an answer, so that the server can count, correct, or damage it before it is sent.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func newRecorder() *recorder {
	return &recorder{header: http.Header{}, status: http.StatusOK}
}

func (r *recorder) Header() http.Header            { return r.header }
func (r *recorder) WriteHeader(status int)         { r.status = status }
func (r *recorder) Write(data []byte) (int, error) { return r.body.Write(data) }

// compressors are reused because they are large.
var compressors = sync.Pool{New: func() any {
	compressor, _ := gzip.NewWriterLevel(io.Discard, gzip.BestSpeed)
	return compressor
}}

// compress returns the compressed body.
func (r *recorder) compress() {
	compressor := compressors.Get().(*gzip.Writer)
	defer compressors.Put(compressor)
	var small bytes.Buffer
	compressor.Reset(&small)
	_, _ = compressor.Write(r.body.Bytes())
	_ = compressor.Close()
	r.body = small
	r.header.Set("Content-Encoding", "gzip")
}

// readCloser creates a request body from bytes.
type readCloser struct{ *bytes.Reader }

func (readCloser) Close() error { return nil }
