package boltzapi_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"go.boltz.bio/boltzapi"
	"go.boltz.bio/boltzapi/packages/pagination"
)

func pageOf(n int) string {
	items := make([]string, n)
	for i := range items {
		items[i] = fmt.Sprintf(`{"id":"key_%08d","allowed_ips":["192.0.2.%d"],"created_at":"2026-11-01T12:00:00.%03dZ",`+
			`"expires_at":"2027-11-01T12:00:00.117Z","is_active":true,"key_prefix":"sk_bc_ws_liv","key_type":"workspace",`+
			`"last_used_at":null,"livemode":true,"name":"ci key number %d","workspace_id":"ws_%d"}`, i, i%256, i, i, i%7)
	}
	return `{"data":[` + strings.Join(items, ",") + `],"first_id":"key_00000000","has_more":true,"last_id":"key_00000099"}`
}

func BenchmarkDecodePage(b *testing.B) {
	page := []byte(pageOf(100))
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() {
		var p struct {
			Data []boltzapi.APIKey `json:"data"`
		}
		_ = p
		var got pagination.CursorPage[boltzapi.APIKey]
		if err := got.UnmarshalJSON(page); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkValid(b *testing.B) {
	page := []byte(pageOf(100))
	b.SetBytes(int64(len(page)))
	for b.Loop() {
		json.Valid(page)
	}
}
