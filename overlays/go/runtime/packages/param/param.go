// Package param holds what the parameters of calls are made of: optional values, null, and members that the contract
// does not know.
package param

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"
)

type status uint8

const (
	omitted status = iota
	null
	included
)

// Opt is an optional value: left out as long as it is the zero Opt.
type Opt[T comparable] struct {
	// Value is what is sent. It means nothing where Valid reports false.
	Value T
	status
}

// NewOpt returns an Opt that sends v.
func NewOpt[T comparable](v T) Opt[T] { return Opt[T]{v, included} }

// Null returns an Opt that sends null.
func Null[T comparable]() Opt[T] { return Opt[T]{status: null} }

// Valid reports whether there is a value, neither left out nor null.
func (o Opt[T]) Valid() bool {
	var zero T
	return o.status == included || o.status == omitted && o.Value != zero
}

// Or returns the value, or v where there is none.
func (o Opt[T]) Or(v T) T {
	if o.Valid() {
		return o.Value
	}
	return v
}

// IsZero reports whether it is left out.
func (o Opt[T]) IsZero() bool { return o == Opt[T]{} }

// IsNull reports whether it sends null.
func (o Opt[T]) IsNull() bool { return o.status == null }

// String returns the value as text.
func (o Opt[T]) String() string {
	if !o.Valid() {
		return "null"
	}
	if s, ok := any(o.Value).(fmt.Stringer); ok {
		return s.String()
	}
	return fmt.Sprint(o.Value)
}

// MarshalJSON implements json.Marshaler.
func (o Opt[T]) MarshalJSON() ([]byte, error) {
	if !o.Valid() {
		return []byte("null"), nil
	}
	return encode(o.Value)
}

// MarshalJSONWithTimeLayout is MarshalJSON, with a time written as layout says: "date" stands for a date alone.
func (o Opt[T]) MarshalJSONWithTimeLayout(layout string) []byte {
	t, ok := any(o.Value).(time.Time)
	if !ok || !o.Valid() || layout == "" {
		return nil
	}
	if layout == "date" {
		layout = time.DateOnly
	}
	text, _ := encode(t.Format(layout)) // a string always has a JSON text
	return text
}

// UnmarshalJSON implements json.Unmarshaler.
func (o *Opt[T]) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*o = Null[T]()
		return nil
	}
	var value T
	if err := json.Unmarshal(data, &value); err != nil {
		return err
	}
	*o = NewOpt(value)
	return nil
}

// Struct is what every struct of parameters is.
type Struct interface {
	// Overrides returns what is sent instead of the struct's fields.
	Overrides() (value any, ok bool)
	null() bool
	extraFields() map[string]any
}

// APIObject makes a struct of parameters of the one that embeds it.
type APIObject struct{ metadata }

// APIUnion makes parameters with alternatives of the struct that embeds it.
type APIUnion struct{ metadata }

type metadata struct{ any any }

type extras map[string]any
type override struct{ value any }
type nothing struct{}

// SetExtraFields adds members that the contract does not know. They win over the fields of the same name.
func (m *metadata) SetExtraFields(fields map[string]any) { m.any = extras(fields) }

// ExtraFields returns what SetExtraFields was given.
func (m metadata) ExtraFields() map[string]any { return m.extraFields() }

func (m metadata) extraFields() map[string]any {
	fields, _ := m.any.(extras)
	return fields
}

// Overrides returns what is sent instead of the struct's fields.
func (m metadata) Overrides() (value any, ok bool) {
	o, ok := m.any.(override)
	return o.value, ok
}

func (m metadata) null() bool {
	_, ok := m.any.(nothing)
	return ok
}

func (m *metadata) set(value any) { m.any = value }

type settable[T any] interface {
	*T
	set(any)
}

// Override returns parameters that send v, whatever their fields say. Nothing of it is checked.
func Override[T any, P settable[T]](v any) T {
	var params T
	P(&params).set(override{v})
	return params
}

// NullStruct returns parameters that send null.
func NullStruct[T any, P settable[T]]() T {
	var params T
	P(&params).set(nothing{})
	return params
}

// nulls holds the one slice or map of each type that is sent as null. It is told by its address.
var nulls sync.Map

// NullSlice returns a slice that is sent as null.
func NullSlice[S ~[]T, T any]() S {
	found, _ := nulls.LoadOrStore(reflect.TypeFor[S](), make(S, 0, 1))
	return found.(S)
}

// NullMap returns a map that is sent as null.
func NullMap[M ~map[string]T, T any]() M {
	found, _ := nulls.LoadOrStore(reflect.TypeFor[M](), M{})
	return found.(M)
}

// IsNull reports whether v, a field of parameters, sends null.
func IsNull(v any) bool {
	switch v := v.(type) {
	case interface{ IsNull() bool }:
		return v.IsNull()
	case Struct:
		return v.null()
	}
	value := reflect.ValueOf(v)
	return value.IsValid() && isNullSequence(value)
}

func isNullSequence(v reflect.Value) bool {
	if v.Kind() != reflect.Slice && v.Kind() != reflect.Map || v.IsNil() {
		return false
	}
	found, ok := nulls.Load(v.Type())
	return ok && reflect.ValueOf(found).Pointer() == v.Pointer()
}

// IsOmitted reports whether v, a field of parameters, is left out.
func IsOmitted(v any) bool {
	value := reflect.ValueOf(v)
	return !value.IsValid() || value.IsZero()
}

// MarshalObject returns the JSON of a struct of parameters. Generated types call it in their MarshalJSON.
func MarshalObject(params Struct) ([]byte, error) {
	if value, ok := params.Overrides(); ok {
		return encode(value)
	}
	if params.null() {
		return []byte("null"), nil
	}
	w := newWriter()
	extra := params.extraFields()
	v := reflect.ValueOf(params)
	for i, field := range fieldsOf(v.Type()) {
		value := v.Field(i)
		if field.name == "" || field.omitZero && value.IsZero() {
			continue
		}
		if _, ok := extra[field.name]; ok {
			continue
		}
		var content any
		if !field.nullZero || !value.IsZero() {
			content = fieldValue(value, field.format)
		}
		if err := w.member(field.name, content); err != nil {
			return nil, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(extra)) {
		if err := w.member(name, extra[name]); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return w.object(), nil
}

// field is what the tags of a field say.
type field struct {
	name, format       string
	omitZero, nullZero bool
}

// known holds the fields of each struct that was written.
var known sync.Map

func fieldsOf(t reflect.Type) []field {
	if found, ok := known.Load(t); ok {
		return found.([]field)
	}
	fields := make([]field, t.NumField())
	for i := range fields {
		tag := t.Field(i).Tag
		name, options, _ := strings.Cut(tag.Get("json"), ",")
		if name != "-" {
			fields[i] = field{name, tag.Get("format"), options == "omitzero", options == "nullzero"}
		}
	}
	known.Store(t, fields)
	return fields
}

// writer writes an object.
type writer struct {
	b       bytes.Buffer
	encoder *json.Encoder
}

func newWriter() *writer {
	w := new(writer)
	w.encoder = json.NewEncoder(&w.b)
	w.encoder.SetEscapeHTML(false)
	w.b.WriteByte('{')
	return w
}

func (w *writer) value(v any) error {
	if err := w.encoder.Encode(v); err != nil {
		return err
	}
	w.b.Truncate(w.b.Len() - 1) // the line break
	return nil
}

func (w *writer) member(name string, v any) error {
	if w.b.Len() > 1 {
		w.b.WriteByte(',')
	}
	if err := w.value(name); err != nil {
		return err
	}
	w.b.WriteByte(':')
	return w.value(v)
}

func (w *writer) object() []byte {
	w.b.WriteByte('}')
	return w.b.Bytes()
}

// MarshalUnion returns the JSON of the one alternative that is set: the first field that is not left out.
func MarshalUnion(params Struct) ([]byte, error) {
	if value, ok := params.Overrides(); ok {
		return encode(value)
	}
	v := reflect.ValueOf(params)
	for i := range v.NumField() {
		if field := v.Type().Field(i); field.IsExported() && !field.Anonymous && !v.Field(i).IsZero() {
			return encode(fieldValue(v.Field(i), field.Tag.Get("format")))
		}
	}
	return []byte("null"), nil
}

// MarshalValue returns the JSON of a body that is no object: null if it is not given.
func MarshalValue(params Struct, body any, given bool) ([]byte, error) {
	if value, ok := params.Overrides(); ok {
		return encode(value)
	}
	if body == nil || !given {
		return []byte("null"), nil
	}
	return encode(fieldValue(reflect.ValueOf(body), ""))
}

// MarshalForm returns a struct of parameters as a form. Lists are repeated, but for those that are joined with commas.
func MarshalForm(params Struct, joined ...string) ([]byte, error) {
	text, err := MarshalObject(params)
	if err != nil {
		return nil, err
	}
	var members map[string]any
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&members); err != nil {
		return nil, err
	}
	form := url.Values{}
	for name, value := range members {
		items, ok := value.([]any)
		if !ok {
			items = []any{value}
		}
		var texts []string
		for _, item := range items {
			switch item.(type) {
			case nil:
			case map[string]any, []any:
				text, err := encode(item)
				if err != nil {
					return nil, err
				}
				texts = append(texts, string(text))
			default:
				texts = append(texts, fmt.Sprint(item))
			}
		}
		if slices.Contains(joined, name) {
			texts = []string{strings.Join(texts, ",")}
		}
		form[name] = texts
	}
	return []byte(form.Encode()), nil
}

// fieldValue returns what is encoded for a field.
func fieldValue(v reflect.Value, format string) any {
	if isNullSequence(v) {
		return nil
	}
	if v.Kind() == reflect.Slice && v.IsNil() {
		return []any{}
	}
	value := v.Interface()
	if format == "date" {
		switch t := value.(type) {
		case time.Time:
			return t.Format(time.DateOnly)
		case Opt[time.Time]:
			if t.Valid() {
				return t.Value.Format(time.DateOnly)
			}
		}
	}
	return value
}

// encode is json.Marshal without its escapes for HTML.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
