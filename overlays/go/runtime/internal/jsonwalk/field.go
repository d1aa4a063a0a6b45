package jsonwalk

import (
	"fmt"
	"unsafe"
)

// Texts that Field.Raw returns where a member has no value.
const (
	Omitted = ""
	Null    = "null"
)

type status uint8

const (
	omitted status = iota
	null
	valid
)

// Field is what a response said about one member: its JSON text, and whether it was there at all.
//
// It refers to the document instead of holding its text, because fmt prints unexported strings: the text of a created
// key must not show.
type Field struct {
	text   *byte
	size   uint32
	status status
}

// Valid reports whether the member was there and was not null.
func (f Field) Valid() bool { return f.status == valid }

// Raw returns the member's JSON text as the server sent it: Omitted if it was not there.
func (f Field) Raw() string {
	return unsafe.String(f.text, f.size)
}

// IsZero reports whether the member was not there.
func (f Field) IsZero() bool { return f.status == omitted }

// IsNull reports whether the member was there and null.
func (f Field) IsNull() bool { return f.status == null }

// Format implements fmt.Formatter. It writes what kind of value was there, not the value.
func (f Field) Format(s fmt.State, _ rune) {
	text := "omitted"
	switch f.status {
	case null:
		text = Null
	case valid:
		text = fmt.Sprintf("(%d bytes)", f.size)
	}
	_, _ = s.Write([]byte(text))
}

// Document is the JSON text that a model was decoded from. Like Field, it does not show it.
type Document struct{ field Field }

// Raw returns the text.
func (d Document) Raw() string { return d.field.Raw() }

// Format implements fmt.Formatter. It writes how long the text is.
func (d Document) Format(s fmt.State, verb rune) { d.field.Format(s, verb) }
