//go:build go1.27

// The language of the file: its imports want more than the module does.

// Main is a contestant: it reads orders, does jobs, and writes reports, as benchmarks/contestants/worker.py does.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	jsonv2 "encoding/json/v2"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"go.boltz.bio/boltzapi"
	"go.boltz.bio/boltzapi/option"
)

const (
	apiKey = "sk_bc_admin_test_fake_benchmark_key"
	path   = "/compute/v1/admin/api-keys"
	keyID  = "api_key_0000000000000000000001"
	// decoded is how many pages one sample of the decoding job decodes.
	decoded = 20
)

var ctx = context.Background()

// client does the jobs. What a job returns is compared: all must have done the same work.
type client interface {
	create() string
	revoke() bool
	list() int
	decode(page string) string
}

type order struct {
	URL, Job string
	Times    int
}

type report struct {
	Nanoseconds []int64 `json:"nanoseconds"`
	Answer      any     `json:"answer"`
	Peak        int     `json:"peak_kib"`
}

func main() {
	started := time.Now()
	make := map[string]func(string) client{
		"boltzapi": func(url string) client {
			return ours{boltzapi.NewClient(option.WithAPIKey(apiKey), option.WithBaseURL(url))}
		},
		"encoding/json": func(url string) client { return bare{url, json.Unmarshal} },
		"encoding/json/v2": func(url string) client {
			return bare{url, func(b []byte, v any) error { return jsonv2.Unmarshal(b, v) }}
		},
	}[os.Args[1]]
	if len(os.Args) > 2 { // the first answer of a new process
		page, err := make(os.Args[2]).(ours).Admin.APIKeys.List(ctx, boltzapi.AdminAPIKeyListParams{})
		check(err)
		fmt.Println(time.Since(started).Nanoseconds(), page.Data[0].ID)
		return
	}
	clients := map[string]client{}
	orders := json.NewDecoder(bufio.NewReader(os.Stdin))
	for {
		var o order
		if err := orders.Decode(&o); err != nil {
			return
		}
		if clients[o.URL] == nil {
			clients[o.URL] = make(o.URL)
		}
		check(json.NewEncoder(os.Stdout).Encode(carryOut(clients[o.URL], o)))
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func carryOut(c client, o order) *report {
	var page string
	job, ok := map[string]func() any{
		"create":    func() any { return c.create() },
		"revoke":    func() any { return c.revoke() },
		"list_keys": func() any { return c.list() },
		"decode": func() any {
			first := ""
			for range decoded {
				first = c.decode(page)
			}
			return first
		},
	}[o.Job]
	if !ok {
		return nil
	}
	if o.Job == "decode" {
		page = string(call(http.MethodGet, o.URL+path, nil))
	}
	r := &report{}
	for range o.Times {
		start := time.Now()
		r.Answer = job()
		r.Nanoseconds = append(r.Nanoseconds, time.Since(start).Nanoseconds())
	}
	return r
}

type ours struct{ boltzapi.Client }

func (c ours) create() string {
	res, err := c.Admin.APIKeys.New(ctx, boltzapi.AdminAPIKeyNewParams{
		Name: "continuous integration", ExpiresInDays: boltzapi.Int(90), Mode: boltzapi.AdminAPIKeyNewParamsModeTest,
	})
	check(err)
	return res.KeyDetails.ID
}

func (c ours) revoke() bool {
	res, err := c.Admin.APIKeys.Revoke(ctx, keyID)
	check(err)
	return res.IsActive
}

func (c ours) list() int {
	count := 0
	for _, err := range c.Admin.APIKeys.ListAutoPaging(ctx, boltzapi.AdminAPIKeyListParams{}).All() {
		check(err)
		count++
	}
	return count
}

func (c ours) decode(page string) string {
	var keys []boltzapi.APIKey
	check(boltzapi.DecodePage(page, &keys))
	return keys[0].ID
}

// bare is net/http, and plain structs, with nothing in between.
type bare struct {
	url       string
	unmarshal func([]byte, any) error
}

type key struct {
	ID          string     `json:"id"`
	AllowedIPs  []string   `json:"allowed_ips"`
	CreatedAt   time.Time  `json:"created_at"`
	ExpiresAt   *time.Time `json:"expires_at"`
	IsActive    bool       `json:"is_active"`
	KeyPrefix   string     `json:"key_prefix"`
	KeyType     string     `json:"key_type"`
	LastUsedAt  *time.Time `json:"last_used_at"`
	Livemode    bool       `json:"livemode"`
	Name        string     `json:"name"`
	WorkspaceID *string    `json:"workspace_id"`
}

type page struct {
	Data    []key   `json:"data"`
	FirstID *string `json:"first_id"`
	HasMore bool    `json:"has_more"`
	LastID  *string `json:"last_id"`
}

func call(method, url string, body []byte) []byte {
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	check(err)
	req.Header.Set("x-api-key", apiKey)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(req)
	check(err)
	defer func() { _ = res.Body.Close() }()
	content, err := io.ReadAll(res.Body)
	check(err)
	return content
}

func (c bare) create() string {
	body, err := json.Marshal(map[string]any{"name": "continuous integration", "expires_in_days": 90, "mode": "test"})
	check(err)
	var res struct {
		Key     string `json:"key"`
		Details key    `json:"key_details"`
	}
	check(c.unmarshal(call(http.MethodPost, c.url+path, body), &res))
	return res.Details.ID
}

func (c bare) revoke() bool {
	var res key
	check(c.unmarshal(call(http.MethodPost, c.url+path+"/"+keyID+"/revoke", nil), &res))
	return res.IsActive
}

func (c bare) list() int {
	count, query := 0, ""
	for {
		var p page
		check(c.unmarshal(call(http.MethodGet, c.url+path+query, nil), &p))
		count += len(p.Data)
		if !p.HasMore {
			return count
		}
		query = "?after_id=" + *p.LastID
	}
}

func (c bare) decode(text string) string {
	var p page
	check(c.unmarshal([]byte(text), &p))
	return p.Data[0].ID
}
