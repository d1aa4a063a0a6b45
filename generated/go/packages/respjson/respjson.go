// Package respjson says what a response held: every model has a field called JSON, with one Field for each member.
package respjson

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"go.boltz.bio/boltzapi/internal/jsonwalk"
	"go.boltz.bio/boltzapi/internal/redact"
)

// Field is what a response said about one member: Valid reports whether it was there and was not null, Raw returns
// its JSON text.
type Field = jsonwalk.Field

// Document is the JSON text that a model was decoded from. Printing it does not show it.
type Document = jsonwalk.Document

// Texts that Field.Raw returns where a member has no value.
const (
	Omitted = jsonwalk.Omitted
	Null    = jsonwalk.Null
)

var timeType = reflect.TypeFor[time.Time]()

// Marshal returns the JSON of a model: its fields as they are now, null where the response said null, and the members
// that the contract does not know. Models call it in their MarshalJSON.
func Marshal(model any) ([]byte, error) {
	v := reflect.ValueOf(model)
	origins := v.FieldByName("JSON")
	var b bytes.Buffer
	for i := range v.NumField() {
		field, value := v.Type().Field(i), v.Field(i)
		tag := field.Tag.Get("json")
		if tag == "" || tag == "-" {
			continue
		}
		origin, _ := origins.FieldByName(field.Name).Interface().(Field)
		required := field.Tag.Get("api") == "required"
		text := []byte(Null)
		switch {
		case !value.IsZero(), origin.Valid(), required && !origin.IsNull() && value.Type() != timeType:
			var err error
			if text, err = marshal(value.Interface()); err != nil {
				return nil, err
			}
		case !origin.IsNull() && !required:
			continue
		}
		name, _, _ := strings.Cut(tag, ",")
		member(&b, name, text)
	}
	extra, _ := origins.FieldByName("ExtraFields").Interface().(map[string]Field)
	names := make([]string, 0, len(extra))
	for name := range extra {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		member(&b, name, []byte(extra[name].Raw()))
	}
	if b.Len() == 0 {
		return []byte("{}"), nil
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func member(b *bytes.Buffer, name string, text []byte) {
	if b.Len() == 0 {
		b.WriteByte('{')
	} else {
		b.WriteByte(',')
	}
	quoted, _ := marshal(name) // a string always has a JSON text
	b.Write(quoted)
	b.WriteByte(':')
	b.Write(text)
}

func marshal(value any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// MarshalUnion returns the JSON of the alternative that value points to, or of what came if it is none that is known.
func MarshalUnion(value any, raw Document) ([]byte, error) {
	if value != nil {
		return marshal(value)
	}
	if raw.Raw() == "" {
		return []byte(Null), nil
	}
	return []byte(raw.Raw()), nil
}

// Deref returns what value, a pointer, points to; nil if it is nil.
func Deref(value any) any {
	if value == nil {
		return nil
	}
	return reflect.ValueOf(value).Elem().Interface()
}

// FormatUnion writes what value points to. With secret, it writes the mask in place of anything but an object, which
// masks its own secrets.
func FormatUnion(f fmt.State, verb rune, value any, secret bool) {
	shown := Deref(value)
	if _, ok := shown.(fmt.Formatter); secret && shown != nil && !ok {
		shown = redact.Mask
	}
	_, _ = fmt.Fprintf(f, fmt.FormatString(f, verb), shown)
}
