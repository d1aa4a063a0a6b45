package boltzapi_test

import (
	"testing"

	"go.boltz.bio/boltzapi"
)

func TestNames(t *testing.T) {
	client, got := answering(t, 200, `{"import": {"id": 7}, "Model": {"_id": "i", "$type": "t", "+1": 1, "-1": -1}, "literal": "c"}`)
	found, err := client.List.Import(ctx, "type", boltzapi.ListImportParams{
		From: boltzapi.Int(1), List: []string{"a", "b"}, FilterName: boltzapi.String("n"), X1st: boltzapi.String("f"),
		Body: boltzapi.String("b"), Options: boltzapi.Bool(true), XTraceID: boltzapi.String("t"),
	})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "/search/type?1st=f&body=b&filter.name=n&from=1&list=a&list=b&options=true", got.URL.RequestURI())
	same(t, int64(7), found.Import.ID)
	same(t, "i", found.Model.ID)
	same(t, int64(1), found.Model.Plus1)
	same(t, int64(-1), found.Model.Minus1)
	same(t, boltzapi.ListImportResponseLiteral("c"), found.Literal)
}

func TestNamesThatMeet(t *testing.T) {
	client, got := answering(t, 200, `{"id": "i", "str": "s", "dict": {"a": "b"}, "int": 1, "date": "2026-01-02"}`)
	thing, err := client.List.PutThing(ctx, "p", boltzapi.ListPutThingParams{
		ID: "b", QueryID: boltzapi.String("q"), ID_: boltzapi.String("B"), From: "f", Größe: boltzapi.Int(3),
	})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "/things/p?id=q", got.URL.RequestURI())
	sameJSON(t, `{"id": "b", "ID": "B", "from": "f", "größe": 3}`, got.body)
	same(t, map[string]string{"a": "b"}, thing.Dict)
}
