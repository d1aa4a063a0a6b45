package boltzapi

import (
	"time"

	"go.boltz.bio/boltzapi/packages/param"
)

// String returns an optional string that is sent.
func String(s string) param.Opt[string] { return param.NewOpt(s) }

// Int returns an optional integer that is sent.
func Int(i int64) param.Opt[int64] { return param.NewOpt(i) }

// Bool returns an optional boolean that is sent.
func Bool(b bool) param.Opt[bool] { return param.NewOpt(b) }

// Float returns an optional number that is sent.
func Float(f float64) param.Opt[float64] { return param.NewOpt(f) }

// Time returns an optional time that is sent.
func Time(t time.Time) param.Opt[time.Time] { return param.NewOpt(t) }

// Opt returns an optional value that is sent.
func Opt[T comparable](v T) param.Opt[T] { return param.NewOpt(v) }

// Ptr returns a pointer to v.
func Ptr[T any](v T) *T { return &v }

// IntPtr returns a pointer to v.
func IntPtr(v int64) *int64 { return &v }

// BoolPtr returns a pointer to v.
func BoolPtr(v bool) *bool { return &v }

// FloatPtr returns a pointer to v.
func FloatPtr(v float64) *float64 { return &v }

// StringPtr returns a pointer to v.
func StringPtr(v string) *string { return &v }

// TimePtr returns a pointer to v.
func TimePtr(v time.Time) *time.Time { return &v }
