// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// vcenter is a server under test.
type vcenter struct {
	*Server
	t *testing.T
}

// making is locked during the creation of an inventory, because the simulator uses package variables for it.
var making sync.Mutex

func start(t *testing.T, args ...string) *vcenter {
	t.Helper()
	config, err := parseFlags(append([]string{"--ca-out", filepath.Join(t.TempDir(), "ca.pem")}, args...))
	if err != nil {
		t.Fatal(err)
	}
	making.Lock()
	server, err := Start(config)
	making.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return &vcenter{server, t}
}

// client is a session of govmomi's client, which is independent of this project, over either protocol.
func (v *vcenter) client(protocol string, user ...string) *vim25.Client {
	v.t.Helper()
	c := v.anonymous(protocol)
	name := append(user, v.config.User)[0]
	_, err := methods.Login(context.Background(), c, &types.Login{
		This: *c.ServiceContent.SessionManager, UserName: name, Password: v.config.Password,
	})
	check(v.t, err)
	return c
}

func (v *vcenter) anonymous(protocol string) *vim25.Client {
	v.t.Helper()
	address, err := url.Parse(v.URL() + "/sdk")
	check(v.t, err)
	transport := soap.NewClient(address, false)
	check(v.t, transport.SetRootCAs(v.config.CAOut))
	transport.Version = "8.0.3.0"
	transport.UseJSON(protocol == "json")
	c, err := vim25.NewClient(context.Background(), transport)
	check(v.t, err)
	return c
}

// onBoth runs a test over both protocols.
func onBoth(t *testing.T, test func(t *testing.T, v *vcenter, c *vim25.Client), args ...string) {
	for _, protocol := range []string{"json", "soap"} {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			v := start(t, args...)
			test(t, v, v.client(protocol))
		})
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wantFault fails the test unless a call was rejected with a fault of the type F.
func wantFault[F any](t *testing.T, err error) F {
	t.Helper()
	var found F
	if err == nil {
		t.Fatalf("%T is wanted, the call was carried out", found)
	}
	if !soap.IsSoapFault(err) {
		t.Fatalf("%T is wanted: %v", found, err)
	}
	value := reflect.Indirect(reflect.ValueOf(soap.ToSoapFault(err).VimFault()))
	found, ok := value.Interface().(F)
	if !ok {
		t.Fatalf("%T is wanted, not %s: %v", found, value.Type(), err)
	}
	if soap.ToSoapFault(err).String == "" {
		t.Errorf("%T has no message", found)
	}
	return found
}

func equal[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s is %v, wanted is %v", what, got, want)
	}
}

// eventually waits until a condition is true.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if done() {
			return
		}
	}
	t.Fatal("not within 30 s: " + what)
}

// make creates tasks with the control API.
func (v *vcenter) make(spec string) []types.ManagedObjectReference {
	v.t.Helper()
	var answer struct{ IDs []string }
	v.ask("POST", "/tasks", spec, &answer)
	refs := []types.ManagedObjectReference{}
	for _, id := range answer.IDs {
		refs = append(refs, types.ManagedObjectReference{Type: "Task", Value: id})
	}
	return refs
}

func (v *vcenter) makeOne(spec string) types.ManagedObjectReference {
	v.t.Helper()
	return v.make(spec)[0]
}

func (v *vcenter) taskInfo(ref types.ManagedObjectReference) types.TaskInfo {
	return v.tasks.find(ref.Value).info()
}

// ask calls the control API. into can be nil.
func (v *vcenter) ask(method, path, body string, into any) {
	v.t.Helper()
	request, err := http.NewRequest(method, v.ControlURL()+path, strings.NewReader(body))
	check(v.t, err)
	response, err := http.DefaultClient.Do(request)
	check(v.t, err)
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	check(v.t, err)
	if response.StatusCode != http.StatusOK {
		v.t.Fatalf("%s %s: %s %s", method, path, response.Status, data)
	}
	if into != nil {
		check(v.t, json.Unmarshal(data, into))
	}
}

// raw is a client that does not know VI/JSON.
type raw struct {
	v       *vcenter
	http    *http.Client
	base    string
	session string
	release string
}

func (v *vcenter) raw() *raw {
	v.t.Helper()
	transport := soap.NewClient(&url.URL{Scheme: "https", Host: "unused"}, false)
	check(v.t, transport.SetRootCAs(v.config.CAOut))
	transport.Jar = nil // the tests send the cookies
	r := &raw{v: v, http: &transport.Client, release: v.config.newest()}
	if v.listener != nil {
		r.base = v.URL()
	}
	return r
}

type answer struct {
	status int
	header http.Header
	body   string
}

func (r *raw) send(method, path, body string) (answer, error) {
	header := http.Header{}
	if r.session != "" {
		header.Set(sessionHeader, r.session)
	}
	return r.sendWith(header, method, path, body)
}

func (r *raw) sendWith(header http.Header, method, path, body string) (answer, error) {
	request, err := http.NewRequest(method, r.base+path, bytes.NewReader([]byte(body)))
	check(r.v.t, err)
	request.Header = header
	response, err := r.http.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header, string(data)}, err
}

// call sends a VI/JSON request. path is {type}/{id}/{member}, and a request with a body is a POST.
func (r *raw) call(path string, body ...string) answer {
	r.v.t.Helper()
	method := http.MethodGet
	if len(body) > 0 {
		method = http.MethodPost
	}
	a, err := r.send(method, vijsonPrefix+r.release+"/"+path, strings.Join(body, ""))
	check(r.v.t, err)
	return a
}

func (r *raw) login() *raw {
	r.v.t.Helper()
	a := r.call("SessionManager/SessionManager/Login", `{"userName":"`+r.v.config.User+`","password":"`+r.v.config.Password+`"}`)
	r.session = a.header.Get(sessionHeader)
	if a.status != http.StatusOK || r.session == "" {
		r.v.t.Fatalf("Login: %d %s", a.status, a.body)
	}
	return r
}

// quiet drops the log of the simulator.
func quiet() {
	log.SetOutput(io.Discard)
}

// writeKey writes a private key as PEM.
func writeKey(path string, pair tls.Certificate) error {
	der, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		return err
	}
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600)
}

// setStateNow sets the state of a task without a client.
func (t *Task) setStateNow(state types.TaskInfoState) error {
	t.locked(func(ctx *simulator.Context) { t.setState(ctx, state, nil, nil) })
	return nil
}

// want checks the status and parts of the body of an answer.
func (a answer) want(t *testing.T, status int, parts ...string) answer {
	t.Helper()
	if a.status != status {
		t.Errorf("status %d, wanted is %d: %s", a.status, status, a.body)
	}
	for _, part := range parts {
		if !strings.Contains(a.body, part) {
			t.Errorf("%s is not in %s", part, a.body)
		}
	}
	return a
}
