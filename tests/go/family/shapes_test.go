package boltzapi_test

import (
	"fmt"
	"strings"
	"testing"

	"go.boltz.bio/boltzapi"
	"go.boltz.bio/boltzapi/packages/param"
)

func TestNestedObjects(t *testing.T) {
	answer := `{"lines": [{"sku": "ABC-1", "unitPrice": 2.5}], "ship_to": {"city": "Rome", "kind": "moon"}, "bill_to": null,
		"notes": {"n": {"text": "t", "at": "2026-01-02T03:04:05Z"}}, "amounts": {"a": [1, null]}, "anything": [{"deep": null}],
		"matrix": [[1, 2], []], "more": {"x": 1}}`
	client, got := answering(t, 201, answer)
	order, err := client.Orders.CreateOrder(ctx, boltzapi.OrderCreateOrderParams{
		Lines:    []boltzapi.OrderCreateOrderParamsLines{{Sku: "ABC-1", UnitPrice: boltzapi.Float(2.5)}},
		ShipTo:   boltzapi.AddressParam{City: "Rome", Kind: "home"},
		BillTo:   param.NullStruct[boltzapi.AddressParam](),
		Notes:    map[string]boltzapi.OrderCreateOrderParamsNotes{"n": {Text: "t"}},
		Amounts:  map[string][]*float64{"a": {boltzapi.FloatPtr(1), nil}},
		Matrix:   [][]int64{{1, 2}, {}},
		Anything: []any{map[string]any{"deep": nil}},
		Voucher:  boltzapi.String("fake-voucher"),
	})
	if err != nil {
		t.Fatal(err)
	}
	sameJSON(t, `{"lines": [{"sku": "ABC-1", "unitPrice": 2.5}], "ship_to": {"city": "Rome", "kind": "home"}, "bill_to": null,
		"notes": {"n": {"text": "t"}}, "amounts": {"a": [1, null]}, "anything": [{"deep": null}], "matrix": [[1, 2], []],
		"voucher": "fake-voucher"}`, got.body)
	kept(t, answer, order)
	same(t, "t", order.Notes["n"].Text)
	same(t, 1.0, *order.Amounts["a"][0])
	same(t, (*float64)(nil), order.Amounts["a"][1])
	same(t, false, order.JSON.BillTo.Valid())
}

func TestWrongOrders(t *testing.T) {
	client, _ := answering(t, 500, "")
	line := boltzapi.OrderCreateOrderParamsLines{Sku: "ABC-1"}
	for argument, params := range map[string]boltzapi.OrderCreateOrderParams{
		"lines":              {},
		"lines[1].sku":       {Lines: []boltzapi.OrderCreateOrderParamsLines{line, {Sku: "abc"}}},
		"lines[0].amount":    {Lines: []boltzapi.OrderCreateOrderParamsLines{{Sku: "ABC-1", Amount: boltzapi.Int(0)}}},
		"lines[0].unitPrice": {Lines: []boltzapi.OrderCreateOrderParamsLines{{Sku: "ABC-1", UnitPrice: boltzapi.Float(0.7)}}},
		"ship_to.city": {
			Lines:  []boltzapi.OrderCreateOrderParamsLines{line},
			ShipTo: boltzapi.AddressParam{City: "a city with too long a name"},
		},
		"matrix[1][0]": {Lines: []boltzapi.OrderCreateOrderParamsLines{line}, Matrix: [][]int64{{}, {-1}}},
		`notes["n"].text`: {
			Lines: []boltzapi.OrderCreateOrderParamsLines{line},
			Notes: map[string]boltzapi.OrderCreateOrderParamsNotes{"n": {Text: string(make([]byte, 101))}},
		},
	} {
		_, err := client.Orders.CreateOrder(ctx, params)
		refused(t, argument, err)
	}
}

func TestNullAndLeftOut(t *testing.T) {
	client, got := answering(t, 200, `{"lines": [], "ship_to": {"city": "Rome"}}`)
	for want, params := range map[string]boltzapi.OrderChangeOrderParams{
		`{}`: {},
		`{"note": null, "tags": null, "labels": null, "address": null}`: {
			Note: param.Null[string](), Tags: param.NullSlice[[]string](), Labels: param.NullMap[map[string]string](),
			Address: param.NullStruct[boltzapi.AddressParam](),
		},
		`{"note": "n", "tags": ["ab"], "labels": {"a": "b"}, "priority": "low", "position": {"x": 1, "y": null}}`: {
			Note: boltzapi.String("n"), Tags: []string{"ab"}, Labels: map[string]string{"a": "b"},
			Priority: boltzapi.OrderChangeOrderParamsPriorityLow,
			Position: boltzapi.OrderChangeOrderParamsPosition{X: 1, Y: param.Null[float64]()},
		},
	} {
		if _, err := client.Orders.ChangeOrder(ctx, "o", params); err != nil {
			t.Fatal(err)
		}
		sameJSON(t, want, got.body)
	}
	for argument, params := range map[string]boltzapi.OrderChangeOrderParams{
		"tags": {Tags: []string{"ab", "ab"}}, "tags[1]": {Tags: []string{"ab", "c"}}, `labels["a"]`: {Labels: map[string]string{"a": "bcdefg"}},
		"priority": {Priority: "middle"}, "position.x": {Position: boltzapi.OrderChangeOrderParamsPosition{X: -1}},
		"note": {Note: boltzapi.String("longer than ten")},
	} {
		_, err := client.Orders.ChangeOrder(ctx, "o", params)
		refused(t, argument, err)
	}
}

func TestObjectsInThemselves(t *testing.T) {
	answer := `{"name": "a", "parent": {"name": "b", "parent": null}, "children": [{"name": "c"}], "byName": {"d": {"name": "d"}}}`
	client, _ := answering(t, 200, answer)
	tree, err := client.Trees.GetTree(ctx)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "b", tree.Parent.Name)
	same(t, (*boltzapi.Tree)(nil), tree.Parent.Parent)
	same(t, "d", tree.ByName["d"].Name)
	kept(t, answer, tree)
}

func TestSecretParametersAreMasked(t *testing.T) {
	params := boltzapi.OrderCreateOrderParams{Voucher: boltzapi.String("fake-voucher")}
	if text := fmt.Sprintf("%v %+v %#v %v", params, params, params, &params); strings.Contains(text, "fake-voucher") {
		t.Error(text)
	}
}
