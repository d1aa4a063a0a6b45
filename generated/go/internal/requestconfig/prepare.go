package requestconfig

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"reflect"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"

	"go.boltz.bio/boltzapi/internal/apierror"
	"go.boltz.bio/boltzapi/internal/check"
	"go.boltz.bio/boltzapi/internal/redact"
)

// Request is a call, not checked yet.
type Request struct {
	Operation *Operation
	// Path is percent-encoded, below the base URL.
	Path   string
	Query  url.Values
	Header http.Header
	// Body is encoded as JSON; nil where there is none.
	Body json.Marshaler
	// BodyOptional is set where an empty object need not be sent.
	BodyOptional bool
	// ContentType is "application/json" if it is left out.
	ContentType string
	// Check looks at the arguments.
	Check func(*check.Checker)
	// Client holds the client's options, Options those of the call.
	Client  []Option
	Options []Option
}

// prepared is a call, checked and encoded.
type prepared struct {
	operation *Operation
	cfg       *Config
	url       *url.URL
	header    http.Header
	body      []byte
	// params is what the body was made of; nil where it was changed since.
	params any
}

// agent names this module and its version, which the program that was built with it knows.
func agent() string {
	module := strings.TrimSuffix(reflect.TypeFor[Config]().PkgPath(), "/internal/requestconfig")
	version := "devel"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dependency := range info.Deps {
			if dependency.Path == module {
				version = strings.TrimPrefix(dependency.Version, "v")
			}
		}
	}
	return "boltz-api-keys/" + version + " Go/" + strings.TrimPrefix(runtime.Version(), "go")
}

// prepare checks r against the contract and the client's rules, and encodes it. The call's own options win over its
// arguments, and those over the client's options.
func prepare(r Request) (*prepared, error) {
	cfg := NewConfig()
	if err := cfg.apply(r.Client); err != nil {
		return nil, err
	}
	var checker check.Checker
	if r.Check != nil {
		r.Check(&checker)
	}
	for name, values := range r.Query {
		cfg.query[name] = values
	}
	for name, values := range r.Header {
		for i, value := range values {
			if err := CheckHeader(name, name, value); err != nil {
				return nil, err
			}
			if i == 0 {
				cfg.header.Del(name)
			}
			cfg.header.Add(name, value)
		}
	}
	if err := cfg.apply(r.Options); err != nil {
		return nil, err
	}
	if err := checker.Err(); err != nil {
		return nil, err
	}
	p := &prepared{operation: r.Operation, cfg: cfg, header: cfg.header}
	if err := p.address(r.Path); err != nil {
		return nil, err
	}
	if err := p.encode(r); err != nil {
		return nil, err
	}
	return p, p.complete()
}

func (p *prepared) address(path string) error {
	if err := p.cfg.checkBaseURL(p.operation.Contract); err != nil {
		return err
	}
	path = strings.TrimPrefix(path, "/")
	if base := p.cfg.BaseURL; base.RawPath == "" && !strings.ContainsAny(path, "%?#:") {
		u := *base
		u.Path += path
		p.url = &u
		return p.setQuery(p.cfg.query)
	}
	relative, err := url.Parse(path)
	if err != nil || relative.IsAbs() || relative.Host != "" {
		return &apierror.ArgumentError{Argument: "path", Rule: "expected a path below the base URL", Value: redact.Quote(path)}
	}
	p.url = p.cfg.BaseURL.ResolveReference(relative)
	for name, values := range relative.Query() {
		if _, ok := p.cfg.query[name]; !ok {
			p.cfg.query[name] = values
		}
	}
	return p.setQuery(p.cfg.query)
}

func (p *prepared) setQuery(query url.Values) error {
	var checker check.Checker
	check.URLText(&checker, "path", p.url.Path)
	if len(query) == 0 {
		return checker.Err()
	}
	for name, values := range query {
		check.URLText(&checker, name, name)
		for _, value := range values {
			check.URLText(&checker, name, value)
		}
	}
	u := *p.url
	u.RawQuery = query.Encode()
	p.url = &u
	return checker.Err()
}

func (p *prepared) encode(r Request) error {
	content := r.ContentType
	switch {
	case p.cfg.Body != nil:
		p.body, content = p.cfg.Body, p.cfg.ContentType
	case r.Body != nil:
		body, err := r.Body.MarshalJSON()
		if err != nil {
			return &apierror.ArgumentError{Argument: "body", Rule: "cannot be encoded: " + redact.Text(err.Error(), nil)}
		}
		if !r.BodyOptional || string(body) != "{}" {
			p.body, p.params = body, r.Body
		}
	}
	if len(p.cfg.changes) > 0 {
		p.params = nil
		if err := p.change(); err != nil {
			return err
		}
	}
	if p.body == nil {
		return nil
	}
	if content == "" {
		content = "application/json"
	}
	p.setDefault("Content-Type", content, jsonType)
	return nil
}

// change does what WithJSONSet and WithJSONDel say.
func (p *prepared) change() error {
	body := map[string]any{}
	if p.body != nil {
		decoder := json.NewDecoder(bytes.NewReader(p.body))
		decoder.UseNumber()
		if err := decoder.Decode(&body); err != nil {
			return &apierror.ArgumentError{Argument: "body", Rule: "expected an object, to set or delete members of"}
		}
	}
	for _, change := range p.cfg.changes {
		object, last := body, len(change.path)-1
		for _, name := range change.path[:last] {
			inner, ok := object[name].(map[string]any)
			if !ok {
				inner = map[string]any{}
				object[name] = inner
			}
			object = inner
		}
		if change.remove {
			delete(object, change.path[last])
		} else {
			object[change.path[last]] = change.value
		}
	}
	encoded, err := json.Marshal(body)
	if err != nil {
		return &apierror.ArgumentError{Argument: "body", Rule: "cannot be encoded: " + redact.Text(err.Error(), nil)}
	}
	p.body = encoded
	return nil
}

// Values of headers that most requests have, made once. Nobody else gets a map that holds them: see send.
var (
	jsonType  = []string{"application/json"}
	gzipOnly  = []string{"gzip"}
	userAgent = sync.OnceValue(func() []string { return []string{agent()} })
)

func (p *prepared) setDefault(name, value string, same []string) {
	if _, ok := p.header[name]; ok || p.cfg.omitted[name] {
		return
	}
	if len(same) == 0 || same[0] != value {
		same = []string{value}
	}
	p.header[name] = same
}

// complete adds the headers that every request has.
func (p *prepared) complete() error {
	p.setDefault("Accept", jsonType[0], jsonType)
	// Only what is decompressed within the limit on an answer's size.
	p.setDefault("Accept-Encoding", gzipOnly[0], gzipOnly)
	p.setDefault("User-Agent", userAgent()[0], userAgent())
	if p.cfg.omitted["User-Agent"] {
		p.header["User-Agent"] = []string{""} // else net/http sends its own
	}
	contract := p.operation.Contract
	if contract.KeyHeader != "" && !p.cfg.APIKey.IsZero() {
		p.setDefault(http.CanonicalHeaderKey(contract.KeyHeader), contract.KeyScheme+p.cfg.APIKey.Reveal(), nil)
	}
	if key := http.CanonicalHeaderKey(contract.KeyHeader); key != "" && !p.operation.Public {
		if _, ok := p.header[key]; !ok && !p.cfg.omitted[key] {
			return apierror.ErrMissingAPIKey
		}
	}
	return nil
}

// secrets returns what must never be shown of the call, wherever a server may repeat it.
func (p *prepared) secrets() []redact.Secret {
	var found []redact.Secret
	for name, values := range p.header {
		for _, value := range values {
			found = append(found, redact.Credentials(name, value)...)
		}
	}
	return found
}
