// Code generated from the contract by nox -s generate; DO NOT EDIT.

// Package constant holds types of strings that the contract gives one value.
package constant

import (
	"encoding/json"
)

func marshal(given, only string) ([]byte, error) {
	if given == "" {
		given = only
	}
	return json.Marshal(given)
}

// Workspace is "workspace". A newer server may send another value.
type Workspace string

// Default returns "workspace".
func (Workspace) Default() Workspace {
	return "workspace"
}

// MarshalJSON implements json.Marshaler: the zero value is sent as "workspace".
func (c Workspace) MarshalJSON() ([]byte, error) {
	return marshal(string(c), "workspace")
}

// ValueOf returns the one value of a type of this package.
func ValueOf[T interface{ Default() T }]() T {
	var zero T
	return zero.Default()
}
