package boltzapi_test

import (
	"testing"

	"go.boltz.bio/boltzapi"
)

func TestMethods(t *testing.T) {
	file := `{"name": "f", "size": 3}`
	client, got := answering(t, 200, file)
	path := "/projects/7/files/a%2Fb%20c"
	found, err := client.Files.GetFile(ctx, 7, "a/b c", boltzapi.FileGetFileParams{XTraceID: boltzapi.String("t")})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "GET "+path+" t ", got.Method+" "+got.URL.RequestURI()+" "+got.Header.Get("X-Trace-Id")+" "+got.body)
	kept(t, file, found)
	put := boltzapi.FilePutFileParams{Name: "f", XTraceID: "t", IfMatch: boltzapi.Int(3)}
	if found, err := client.Files.PutFile(ctx, 7, "a/b c", put); err != nil || found.Size != 3 {
		t.Errorf("got %v, %v", found, err)
	}
	same(t, "PUT 3 t", got.Method+" "+got.Header.Get("If-Match")+" "+got.Header.Get("X-Trace-Id"))
	sameJSON(t, `{"name": "f"}`, got.body)
	if _, err := client.Files.PatchFile(ctx, 7, "f", boltzapi.FilePatchFileParams{Size: boltzapi.Int(4)}); err != nil {
		t.Error(err)
	}
	same(t, "PATCH application/merge-patch+json; charset=utf-8", got.Method+" "+got.Header.Get("Content-Type"))
	if err := client.Files.HeadFile(ctx, 7, "f", boltzapi.FileHeadFileParams{}); err != nil || got.Method != "HEAD" {
		t.Errorf("%s: %v", got.Method, err)
	}
	if err := client.Files.DeleteFile(ctx, 7, "f", boltzapi.FileDeleteFileParams{Force: boltzapi.Bool(false)}); err != nil {
		t.Error(err)
	}
	same(t, "DELETE false", got.Method+" "+got.URL.Query().Get("force"))
	_, err = client.Files.GetFile(ctx, 0, "f", boltzapi.FileGetFileParams{})
	refused(t, "project-id", err)
	_, err = client.Files.GetFile(ctx, 1, "..", boltzapi.FileGetFileParams{})
	refused(t, "fileName", err)
	_, err = client.Files.GetFile(ctx, 1, "f", boltzapi.FileGetFileParams{XTraceID: boltzapi.String("123456789")})
	refused(t, "X-Trace-Id", err)
}

func TestNoContent(t *testing.T) {
	client, _ := answering(t, 204, "")
	found, err := client.Files.PutFile(ctx, 7, "f", boltzapi.FilePutFileParams{Name: "f", XTraceID: "t"})
	if found != nil || err != nil {
		t.Errorf("got %v, %v", found, err)
	}
	if err := client.Files.DeleteFile(ctx, 7, "f", boltzapi.FileDeleteFileParams{}); err != nil {
		t.Error(err)
	}
	if _, err := client.Files.GetFile(ctx, 7, "f", boltzapi.FileGetFileParams{}); err == nil {
		t.Error("no content where the contract has some")
	}
}

func TestBodiesThatAreNoObjects(t *testing.T) {
	client, got := answering(t, 200, `{"add": 1, "drop": 0}`)
	counts, err := client.Files.Batch(ctx, boltzapi.FileBatchParams{Body: []boltzapi.StepParam{{Do: boltzapi.StepParamDoAdd}}})
	if err != nil {
		t.Fatal(err)
	}
	same(t, map[string]int64{"add": 1, "drop": 0}, *counts)
	sameJSON(t, `[{"do": "add"}]`, got.body)
	_, err = client.Files.Batch(ctx, boltzapi.FileBatchParams{})
	refused(t, "body", err)
	_, err = client.Files.Batch(ctx, boltzapi.FileBatchParams{Body: []boltzapi.StepParam{{Do: "jump"}}})
	refused(t, "body[0].do", err)

	texts, got := answering(t, 200, `null`)
	name, err := texts.Files.Rename(ctx, boltzapi.FileRenameParams{Body: "new"})
	if err != nil || *name != "" || got.body != `"new"` {
		t.Errorf("got %v, %v, %s", name, err, got.body)
	}
	anything, got := answering(t, 200, `[1]`)
	value, err := anything.Files.Touch(ctx, boltzapi.FileTouchParams{})
	if err != nil || got.body != "null" {
		t.Errorf("got %v, %s", err, got.body)
	}
	same(t, any([]any{1.0}), *value)
	list, _ := answering(t, 200, `["GET"]`)
	methods, err := list.Files.OptionsFile(ctx, 7, "f", boltzapi.FileOptionsFileParams{})
	if err != nil {
		t.Fatal(err)
	}
	same(t, []string{"GET"}, *methods)
}
