package boltzapi_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.boltz.bio/boltzapi"
)

// The page of the public client, of which nothing but the import path is changed.
func TestSeedProgram(t *testing.T) {
	source, err := os.ReadFile("testdata/seed.txt")
	if err != nil {
		t.Fatal(err)
	}
	program := strings.ReplaceAll(string(source), "github.com/boltz-bio/boltz-api-go", "go.boltz.bio/boltzapi")
	program = strings.ReplaceAll(program, "My API Key", fakeKey)
	folder, err := os.MkdirTemp("internal", "seed")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(folder) }()
	if err := os.WriteFile(filepath.Join(folder, "main.go"), []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	s := newService(t)
	command := exec.Command("go", "run", "./"+folder)
	command.Env = append(os.Environ(), "BOLTZ_BASE_URL="+s.URL)
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if got := string(out); got != "sk_bc_ws_test_fake_key_1\n" {
		t.Errorf("got %q", got)
	}
}

// What code for the public client names, by the names that it has there.
var (
	_ = boltzapi.AdminAPIKeyNewParams{
		Name: "x", AllowedIPs: []string{"192.0.2.7"}, ExpiresInDays: boltzapi.Int(3),
		Mode: boltzapi.AdminAPIKeyNewParamsModeTest, WorkspaceID: boltzapi.String("w"),
	}
	_ = boltzapi.AdminAPIKeyListParams{
		AfterID: boltzapi.String("a"), BeforeID: boltzapi.String("b"), Limit: boltzapi.Int(1), WorkspaceID: boltzapi.String("w"),
	}
	_ boltzapi.AdminAPIKeyNewParamsMode         = boltzapi.AdminAPIKeyNewParamsModeLive
	_ boltzapi.AdminAPIKeyListResponseKeyType   = boltzapi.AdminAPIKeyListResponseKeyTypeAdmin
	_ boltzapi.AdminAPIKeyRevokeResponseKeyType = boltzapi.AdminAPIKeyRevokeResponseKeyTypeWorkspace
	_ boltzapi.AdminAPIKeyNewResponseKeyDetails = boltzapi.AdminAPIKeyNewResponse{}.KeyDetails
)
