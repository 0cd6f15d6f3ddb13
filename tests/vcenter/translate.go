// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"regexp"
	"strings"

	"github.com/vmware/govmomi/vim25/types"
)

// keyed is the path of a single label.
var keyed = regexp.MustCompile(`^description\.(methodInfo|state)\[.*\]\.(label|summary)$`)

// translate converts the labels of tasks to the session's language: English labels after the name of the language.
func translate(content *types.ObjectContent, locale string) {
	language := locale[:strings.IndexAny(locale+"_", "_-")]
	if language == "en" {
		return
	}
	for i := range content.PropSet {
		property := &content.PropSet[i]
		switch value := property.Val.(type) {
		case string: // description.methodInfo["VirtualMachine.powerOn"].label
			if keyed.MatchString(property.Name) {
				property.Val = "[" + language + "] " + value
			}
		case types.TaskDescription:
			value.MethodInfo = inLanguage(value.MethodInfo, language)
			value.State = inLanguage(value.State, language)
			property.Val = value
		case *types.ArrayOfElementDescription: // description.methodInfo, description.state
			property.Val = &types.ArrayOfElementDescription{ElementDescription: inLanguage(value.ElementDescription, language)}
		}
	}
}

func inLanguage(descriptions []types.BaseElementDescription, language string) []types.BaseElementDescription {
	translated := make([]types.BaseElementDescription, 0, len(descriptions))
	for _, description := range descriptions {
		copied := *description.GetElementDescription()
		copied.Label = "[" + language + "] " + copied.Label
		copied.Summary = "[" + language + "] " + copied.Summary
		translated = append(translated, &copied)
	}
	return translated
}
